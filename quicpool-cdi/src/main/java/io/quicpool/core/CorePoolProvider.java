package io.quicpool.core;

import io.quicpool.ClientPool;
import io.quicpool.PoolProvider;
import io.quicpool.PoolStartException;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Endpoint;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TargetResolver;
import io.quicpool.tls.ServerTrust;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.TreeSet;
import javax.net.ssl.X509TrustManager;

/** Puts pools together: settings, engine and TLS. Found by {@link io.quicpool.QuicPools}. */
public final class CorePoolProvider implements PoolProvider {

    /** For {@link ServiceLoader}. */
    public CorePoolProvider() {}

    @Override
    public ClientPool open(ClientPoolConfig config) {
        Transport transport = transport(config.name(), config.transport());
        // One for the life of the pool: a certificate that is pinned on first use stays pinned.
        X509TrustManager trust = ServerTrust.of(config);
        TargetResolver resolver = resolver(config);
        CoreClientPool pool = new CoreClientPool(
                config, events -> transport.connect(connectSpec(config, resolved(resolver), trust), events));
        pool.start();
        return pool;
    }

    private static TargetResolver resolver(ClientPoolConfig config) {
        Endpoint target = config.target();
        TargetResolver resolver = config.resolver();
        if (target != null) {
            return target::resolve;
        }
        if (resolver != null) {
            return resolver;
        }
        throw new IllegalStateException("the settings have a target or a resolver");
    }

    private static InetSocketAddress resolved(TargetResolver resolver) throws IOException {
        InetSocketAddress address = resolver.resolve();
        if (address.isUnresolved()) {
            throw new IOException("the resolver gave an address that is not resolved: " + address);
        }
        return address;
    }

    private static ConnectSpec connectSpec(ClientPoolConfig config, InetSocketAddress remote, X509TrustManager trust) {
        return new ConnectSpec(
                config.name(),
                remote,
                config.serverName(),
                trust,
                config.clientCertificate(),
                config.alpn(),
                config.idleTimeout(),
                config.connectTimeout());
    }

    @Override
    public ServerPool open(ServerPoolConfig config) {
        Transport transport = transport(config.name(), config.transport());
        CoreServerPool pool = new CoreServerPool(config);
        long start = System.nanoTime();
        try {
            pool.start(opened -> transport.listen(
                    new ListenSpec(
                            config.name(),
                            config.listen().resolve(),
                            config.certificate(),
                            config.alpn(),
                            config.idleTimeout(),
                            config.maxStreamsPerConnection()),
                    opened::connected));
            return pool;
        } catch (IOException e) {
            throw new PoolStartException(
                    config.name(),
                    "cannot listen on listen = " + config.listen() + ": " + e.getMessage(),
                    Duration.ofNanos(System.nanoTime() - start),
                    null,
                    e);
        }
    }

    private static Transport transport(String poolName, String wanted) {
        TreeSet<String> there = new TreeSet<>();
        for (Transport transport : ServiceLoader.load(Transport.class, Transport.class.getClassLoader())) {
            if (transport.name().equals(wanted)) {
                return transport;
            }
            there.add(transport.name());
        }
        throw new PoolStartException(
                poolName,
                "transport = " + wanted + ": there is no such engine on the class path, only " + there,
                Duration.ZERO,
                null,
                null);
    }
}
