package io.quicpool.cdi;

import static java.util.Comparator.comparing;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Endpoint;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.jmx.PoolMBeans;
import io.quicpool.settings.PoolKind;
import io.quicpool.settings.PoolSettings;
import io.quicpool.settings.Settings;
import jakarta.enterprise.event.Event;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The pools of one run of the application: opened all or none, closed together. */
final class OpenPools {

    private final List<ManagedPool> pools = new ArrayList<>();
    private final List<StreamPool> shown = new ArrayList<>();
    private final List<PoolSettings<ServerPoolConfig>> servers;
    private final PoolNames names;
    private final HandlerBeans handlers;
    private final String application;
    private final Event<PoolEvent> events;
    private final ApplicationContext context = new ApplicationContext();
    private final CertificateRenewal renewal;

    private OpenPools(
            Settings settings, PoolNames names, HandlerBeans handlers, Event<PoolEvent> events, Config config) {
        this.renewal = new CertificateRenewal(config, context);
        this.names = names;
        this.servers = settings.servers();
        this.handlers = handlers;
        this.events = events;
        this.application = ApplicationName.of(settings.application());
    }

    /** Opens all; when one cannot be opened, those that were are closed again before its exception goes on. */
    static OpenPools open(
            Settings settings, PoolNames names, HandlerBeans handlers, Event<PoolEvent> events, Config config) {
        OpenPools result = new OpenPools(settings, names, handlers, events, config);
        try {
            // An engine that is missing is found before anything is opened.
            settings.clients().forEach(each -> QuicPools.check(each.config()));
            settings.servers().forEach(each -> QuicPools.check(each.config()));
            // Clients may be of these servers, and handlers may want these clients.
            settings.servers().forEach(result::openServer);
            settings.clients().forEach(each -> result.openClient(each, settings));
            PoolMBeans.registerAll(result.shown, result.application);
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
        open(PoolKind.CLIENT, settings, config.tlsMode() == TlsMode.INSECURE, told -> QuicPools.open(config, told));
    }

    // The port may be the system's choice. The host is the configured one, for the certificate must bear it.
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
        ManagedPool managed = open(PoolKind.SERVER, settings, false, told -> QuicPools.open(settings.config(), told));
        renewal.add(settings, (ServerPool) managed.pool());
    }

    /** Gives the server pools their handlers. These may use the pools while they are made, so {@link PoolRegistry} must know them. */
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
            shown.add(pool);
        }
        return managed;
    }

    /** Whether certificates were renewed; for tests, it looks by itself. */
    CertificateRenewal renewal() {
        return renewal;
    }

    /** The clients first, whatever the order in which they were opened. */
    List<ManagedPool> all() {
        return pools.stream().sorted(comparing(ManagedPool::kind)).toList();
    }

    StreamPool pool(PoolKind kind, String name) {
        String meant = names.meant(kind, name);
        StreamPool pool = meant == null ? null : find(kind, meant);
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
     * Closes the servers, whose requests may need the clients, and then the clients, which may be clients of these servers. The drain
     * time-outs of all begin now.
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
    }

    private List<ManagedPool> all(PoolKind kind) {
        return pools.stream().filter(each -> each.kind() == kind).toList();
    }
}
