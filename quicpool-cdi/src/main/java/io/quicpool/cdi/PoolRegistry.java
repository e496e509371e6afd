package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.PoolStartException;
import io.quicpool.QuicPools;
import io.quicpool.RequestHandler;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolKind;
import io.quicpool.settings.Problem;
import io.quicpool.settings.Settings;
import io.quicpool.settings.SettingsException;
import io.quicpool.settings.SettingsReader;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Owns the pools of the application: opens every configured pool when the application starts, before its own observers of
 * {@link Startup}, and closes them when it ends, after its own observers of {@link Shutdown}, each with its drain time-out.
 * All problems of the configuration are reported together, in one {@link SettingsException}, before anything is opened.
 *
 * <p>Usually pools are injected. The registry is for code that needs all pools, or knows their names only at run time.
 */
@ApplicationScoped
public class PoolRegistry {

    private final ReentrantLock lock = new ReentrantLock();
    private final Instance<RequiredPools> required;
    // Also keeps containers from removing the beans of pools that are not injected.
    private final Instance<StreamPool> beans;
    private final HandlerBeans handlers;
    private final ObserverBeans observers;
    private final Event<PoolEvent> events;
    // Null before the start. Stays set after the end, so that late callers get PoolClosedException.
    private volatile @Nullable OpenPools open;
    // Guarded by the lock, like failure.
    private boolean closed;
    // Why the start failed. It is not tried again: observers of its events would start it again and again.
    private @Nullable Throwable failure;

    /** For the container's proxies. */
    @SuppressWarnings("NullAway") // never used: a proxy delegates everything
    PoolRegistry() {
        required = null;
        beans = null;
        handlers = null;
        observers = null;
        events = null;
    }

    /**
     * For the container.
     *
     * @param required injection points with a pool
     * @param ofStreams the beans that serve streams
     * @param ofRequests the beans that answer requests
     * @param observers the beans that observe pools
     * @param events for events of pools
     * @param beans the beans of all pools
     */
    @Inject
    PoolRegistry(
            @Any Instance<RequiredPools> required,
            @Any Instance<StreamHandler> ofStreams,
            @Any Instance<RequestHandler> ofRequests,
            @Any Instance<PoolObserver> observers,
            Event<PoolEvent> events,
            @Any Instance<StreamPool> beans) {
        this.required = required;
        this.beans = beans;
        this.handlers = new HandlerBeans(ofStreams, ofRequests);
        this.observers = new ObserverBeans(observers);
        this.events = events;
    }

    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) Startup event) {
        started();
    }

    // After the application's own observers: they may still need the pools.
    void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER + 999) Shutdown event) {
        close();
    }

    /** Closes all pools; a container may or may not fire {@link Shutdown} before. */
    @PreDestroy
    void close() {
        OpenPools pools;
        lock.lock();
        try {
            closed = true;
            pools = open;
        } finally {
            lock.unlock();
        }
        if (pools != null) {
            pools.close();
        }
    }

    // The first use of a pool may come before the Startup event. Then it starts the pools.
    private OpenPools started() {
        OpenPools pools = open;
        if (pools != null) {
            return pools;
        }
        lock.lock();
        try {
            pools = open;
            if (pools == null) {
                if (closed) {
                    throw new IllegalStateException("the application has ended: no pool can be opened");
                }
                if (failure != null) {
                    throw new IllegalStateException("the pools could not be opened: " + failure.getMessage(), failure);
                }
                pools = start();
            }
            return pools;
        } catch (RuntimeException | Error e) {
            failure = failure == null ? e : failure;
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private OpenPools start() {
        Config config = ConfigProvider.getConfig();
        Settings settings = SettingsReader.read(
                config,
                client -> checkEngine(() -> QuicPools.check(client)),
                server -> checkEngine(() -> QuicPools.check(server)));
        PoolNames names = new PoolNames(settings);
        List<Problem> problems = new ArrayList<>(settings.problems());
        for (RequiredPools each : required) {
            problems.addAll(each.missing(names, beans));
        }
        problems.addAll(handlers.problems(names));
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        SettingsReader.warnings(config).forEach(warning -> System.getLogger("io.quicpool")
                .log(System.Logger.Level.WARNING, warning.toString()));
        OpenPools pools = OpenPools.open(settings, names, handlers, observers, events, config);
        // Set before the handlers are created, because they may ask for a pool.
        open = pools;
        try {
            pools.serve();
            return pools;
        } catch (RuntimeException | Error e) {
            open = null;
            pools.close();
            throw e;
        }
    }

    // OpenPools reports a missing engine.
    private static void checkEngine(Runnable check) {
        try {
            check.run();
        } catch (PoolStartException e) {
            // Settings cannot be checked without the engine.
        }
    }

    /** The pools; null while they are not opened. */
    @Nullable OpenPools open() {
        return open;
    }

    /**
     * A client pool.
     *
     * @param name the name; empty for the only pool or {@code default}
     * @throws IllegalArgumentException when there is none; the message has the existing pools and what to set
     */
    public ClientPool client(String name) {
        return (ClientPool) started().pool(PoolKind.CLIENT, name);
    }

    /**
     * A server pool.
     *
     * @param name the name; empty for the only pool or {@code default}
     * @throws IllegalArgumentException when there is none; the message has the existing pools and what to set
     */
    public ServerPool server(String name) {
        return (ServerPool) started().pool(PoolKind.SERVER, name);
    }

    /**
     * All pools of the application.
     *
     * @return client pools first, each kind in the order of the names
     */
    public List<StreamPool> pools() {
        return started().all().stream().map(ManagedPool::pool).toList();
    }

    /**
     * The status of each pool, for the readiness check. Starts nothing and never blocks.
     *
     * @return one status for each pool; empty while the pools are not opened
     */
    public List<PoolStatus> status() {
        OpenPools pools = open;
        return pools == null
                ? List.of()
                : pools.all().stream().map(ManagedPool::status).toList();
    }

    /**
     * Whether the pools are opened. Starts nothing and never blocks.
     *
     * @return true from the start of the application on
     */
    public boolean isStarted() {
        return open != null;
    }
}
