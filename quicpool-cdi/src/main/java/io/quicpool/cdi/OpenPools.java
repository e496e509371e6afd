package io.quicpool.cdi;

import static java.util.Comparator.comparing;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Endpoint;
import io.quicpool.config.PoolKind;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.settings.PoolSettings;
import io.quicpool.settings.Settings;
import jakarta.enterprise.event.Event;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The open pools of the application. Either all are opened or none. They are closed together. */
final class OpenPools {

    private final List<ManagedPool> pools = new ArrayList<>();
    private final List<StreamPool> inJmx = new ArrayList<>();
    private final List<PoolSettings<ServerPoolConfig>> servers;
    private final PoolNames names;
    private final HandlerBeans handlers;
    private final ObserverBeans observers;
    private final String application;
    private final Event<PoolEvent> events;
    private final ApplicationContext context = new ApplicationContext();
    private final CertificateRenewal renewal;

    private OpenPools(
            Settings settings,
            PoolNames names,
            HandlerBeans handlers,
            ObserverBeans observers,
            Event<PoolEvent> events,
            Config config) {
        this.renewal = new CertificateRenewal(config, context);
        this.names = names;
        this.servers = settings.servers();
        this.handlers = handlers;
        this.observers = observers;
        this.events = events;
        this.application = ApplicationName.of(settings.application());
    }

    /** Opens all pools. If one cannot be opened, closes the others and throws its exception. */
    static OpenPools open(
            Settings settings,
            PoolNames names,
            HandlerBeans handlers,
            ObserverBeans observers,
            Event<PoolEvent> events,
            Config config) {
        OpenPools result = new OpenPools(settings, names, handlers, observers, events, config);
        try {
            // Find a missing engine before anything is opened.
            settings.clients().forEach(each -> QuicPools.check(each.config()));
            settings.servers().forEach(each -> QuicPools.check(each.config()));
            // Servers first, because clients may connect to them. Handlers may need the clients, so they come later.
            settings.servers().forEach(result::openServer);
            settings.clients().forEach(each -> result.openClient(each, settings));
            PoolMBeans.registerAll(result.inJmx, result.application);
            return result;
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    private void openClient(PoolSettings<ClientPoolConfig> settings, Settings all) {
        String server = settings.follows();
        ClientPoolConfig config = server == null
                ? settings.config()
                : settings.config().toBuilder().target(target(server, all)).build();
        open(
                PoolKind.CLIENT,
                settings,
                config.tlsMode() == TlsMode.INSECURE,
                listeners -> QuicPools.open(config, observers.all(), listeners));
    }

    // The system may have chosen the port. The configured host is used, because the certificate must have this name.
    private Endpoint target(String server, Settings all) {
        InetSocketAddress address = ((ServerPool) pool(PoolKind.SERVER, server)).localAddress();
        String host = all.servers().stream()
                .filter(each ->
                        each.name().equals(server) && !address.getAddress().isAnyLocalAddress())
                .map(each -> each.config().listen().host())
                .findFirst()
                .orElse("localhost");
        return new Endpoint(host, address.getPort());
    }

    private void openServer(PoolSettings<ServerPoolConfig> settings) {
        ManagedPool managed = open(
                PoolKind.SERVER,
                settings,
                false,
                listeners -> QuicPools.open(settings.config(), observers.all(), listeners));
        renewal.add(settings, (ServerPool) managed.pool());
    }

    /**
     * Gives the server pools their handlers. A handler may use pools while it is created, so {@link PoolRegistry} must know them
     * by then.
     */
    void serve() {
        for (PoolSettings<ServerPoolConfig> each : servers) {
            ServerPool pool = (ServerPool) pool(PoolKind.SERVER, each.name());
            handlers.serve(pool, each.config().handlers().executor(), names, context);
        }
        renewal.start();
    }

    private ManagedPool open(
            PoolKind kind, PoolSettings<?> settings, boolean insecure, Function<PoolListener[], StreamPool> opener) {
        ReadinessGrace readiness = new ReadinessGrace(settings.readinessGrace(), System::nanoTime);
        StreamPool pool = opener.apply(new PoolListener[] {readiness, new EventPublisher(events, context)});
        ManagedPool managed =
                new ManagedPool(kind, pool, settings.drainTimeout(), settings.readiness(), readiness, insecure);
        pools.add(managed);
        if (settings.jmx()) {
            inJmx.add(pool);
        }
        return managed;
    }

    /** The check of the certificate files, for tests. */
    CertificateRenewal renewal() {
        return renewal;
    }

    /** All pools, clients first. */
    List<ManagedPool> all() {
        return pools.stream().sorted(comparing(ManagedPool::kind)).toList();
    }

    StreamPool pool(PoolKind kind, String name) {
        String resolved = names.resolve(kind, name);
        StreamPool pool = resolved == null ? null : find(kind, resolved);
        if (pool == null) {
            throw new IllegalArgumentException(names.missing(kind, name));
        }
        return pool;
    }

    private @Nullable StreamPool find(PoolKind kind, String name) {
        for (ManagedPool each : pools) {
            if (each.kind() == kind && each.pool().name().equals(name)) {
                return each.pool();
            }
        }
        return null;
    }

    /**
     * Closes the servers first, because requests that are being served may need the clients. Then closes the clients. All drain
     * time-outs begin now.
     */
    void close() {
        renewal.close();
        for (ManagedPool each : pools) {
            if (each.pool() instanceof ClientPool client) {
                QuicPools.endsSoon(client);
            }
        }
        PoolClosers closers = new PoolClosers();
        closers.close(all(PoolKind.SERVER));
        closers.awaitDrained();
        closers.close(all(PoolKind.CLIENT));
        closers.awaitClosed();
        handlers.release();
        observers.release();
    }

    private List<ManagedPool> all(PoolKind kind) {
        return pools.stream().filter(each -> each.kind() == kind).toList();
    }
}
