package io.quicpool.core;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PoolObserver;
import io.quicpool.PoolProvider;
import io.quicpool.PoolStartException;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.Endpoint;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TargetResolver;
import io.quicpool.config.TargetSource;
import io.quicpool.core.clients.ServerConnections;
import io.quicpool.core.connection.Addresses;
import io.quicpool.core.connection.TargetConnector;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.targets.TargetSources;
import io.quicpool.tls.ClientTrust;
import io.quicpool.tls.ServerTrust;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Transport;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Builds pools from settings, engine and TLS. {@link io.quicpool.QuicPools} finds it. */
public final class CorePoolProvider implements PoolProvider {

    /** For {@link java.util.ServiceLoader}. */
    public CorePoolProvider() {}

    @Override
    public ClientPool open(ClientPoolConfig config, List<PoolObserver> observers, List<PoolListener> listeners) {
        PoolLog log = new PoolLog(PoolLabel.client(config.name()));
        Transport transport = usable(config, log::warning);
        log.info(uses(transport));
        TargetSource source = source(config);
        if (source == null && config.targets().size() < 2) {
            CoreClientPool pool = pool(config.name(), config, transport);
            pool.observedBy(FoundObservers.and(observers, log));
            listeners.forEach(pool::addListener);
            pool.start();
            return pool;
        }
        CoreGroupPool group = new CoreGroupPool(config, (name, settings) -> pool(name, settings, transport));
        group.observedBy(FoundObservers.and(observers, log));
        listeners.forEach(group::addListener);
        if (source == null) {
            group.start();
        } else {
            group.start(source);
        }
        return group;
    }

    private static @Nullable TargetSource source(ClientPoolConfig config) {
        try {
            return TargetSources.of(config);
        } catch (ConfigException e) {
            throw e.inPool(PoolLabel.client(config.name()));
        }
    }

    private static CoreClientPool pool(String name, ClientPoolConfig config, Transport transport) {
        // One for the life of the pool, so that a certificate that is pinned on first use stays pinned.
        ServerTrust trust = ServerTrust.of(config);
        Addresses addresses = addresses(config);
        return new CoreClientPool(
                name,
                config,
                new TargetConnector(
                        addresses,
                        (address, events) -> checkTrust(
                                transport.connect(new ConnectSpec(name, address, trust, config.alpn(), config), events),
                                trust)),
                config.streamsPerConnection() > 0 ? config.streamsPerConnection() : transport.streamsPerConnection());
    }

    // Only a complete handshake proves that the server has the key of its certificate, whichever the engine.
    private static Connection checkTrust(Connection connection, ServerTrust trust) throws IOException {
        try {
            trust.handshakeDone(connection.tlsSession().peerCertificates());
            return connection;
        } catch (CertificateException e) {
            connection.close(0, "certificate not accepted");
            throw new IOException(
                    "cannot connect to " + Endpoint.text(connection.remoteAddress()) + ": " + e.getMessage(), e);
        }
    }

    private static Addresses addresses(ClientPoolConfig config) {
        Endpoint target = config.targets().get(0).endpoint();
        TargetResolver resolver = config.resolver();
        return new Addresses(() -> resolver.resolve(target));
    }

    @Override
    public ServerPool open(ServerPoolConfig config, List<PoolObserver> observers, List<PoolListener> listeners) {
        PoolLog log = new PoolLog(PoolLabel.server(config.name()));
        Transport transport = usable(config, log::warning);
        log.info(uses(transport));
        CoreServerPool pool = new CoreServerPool(config);
        pool.observedBy(FoundObservers.and(observers, log));
        listeners.forEach(pool::addListener);
        long start = System.nanoTime();
        try {
            pool.start(opened -> transport.listen(
                    new ListenSpec(
                            config.listen().resolve(),
                            ServerConnections.maxStreams(config),
                            ClientTrust.of(config),
                            config),
                    opened));
            return pool;
        } catch (IOException e) {
            throw new PoolStartException(
                    PoolLabel.server(config.name()),
                    "cannot listen on " + config.listen() + ": " + e.getMessage(),
                    Duration.ofNanos(System.nanoTime() - start),
                    null,
                    e);
        }
    }

    @Override
    public void check(ClientPoolConfig config) {
        usable(config, ignored -> {});
        source(config);
    }

    @Override
    public void check(ServerPoolConfig config) {
        usable(config, ignored -> {});
    }

    @Override
    public void endsSoon(ClientPool pool) {
        if (pool instanceof CoreClientPool one) {
            one.endsSoon();
        }
        pool.members().forEach(this::endsSoon);
    }

    private static String uses(Transport engine) {
        return "uses the engine " + engine.name();
    }

    private static Transport usable(ClientPoolConfig config, Consumer<String> warn) {
        return usable(PoolLabel.client(config.name()), config.transport(), warn, engine -> engine.check(config));
    }

    private static Transport usable(ServerPoolConfig config, Consumer<String> warn) {
        return usable(PoolLabel.server(config.name()), config.transport(), warn, engine -> engine.check(config));
    }

    private static Transport usable(PoolLabel pool, String wanted, Consumer<String> warn, Consumer<Transport> check) {
        Transport engine = Engines.present().of(pool, wanted, warn);
        try {
            check.accept(engine);
        } catch (ConfigException e) {
            throw e.inPool(pool);
        }
        return engine;
    }
}
