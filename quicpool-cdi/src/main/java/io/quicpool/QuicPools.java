package io.quicpool;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import java.util.List;
import java.util.ServiceLoader;

/** Opens pools. Each pool is independent of all others and is closed by its own {@link StreamPool#close}. */
public final class QuicPools {

    // With the class loader of this class, because that of a container's thread may not see this library.
    private static final PoolProvider PROVIDER = ServiceLoader.load(
                    PoolProvider.class, PoolProvider.class.getClassLoader())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no " + PoolProvider.class.getName()
                    + " on the class path: META-INF/services of the quicpool jar is missing"));

    private QuicPools() {}

    /**
     * Opens a client pool. Returns at once: the pool connects in the background and keeps trying until it is closed, so a
     * service may start before its peer. See {@link StreamPool#ready}.
     *
     * @param listeners get all events from the start
     * @throws PoolStartException when the configured engine is not available
     * @throws io.quicpool.config.ConfigException when the engine does not support a setting
     */
    public static ClientPool open(ClientPoolConfig config, PoolListener... listeners) {
        return open(config, List.of(), listeners);
    }

    /**
     * As {@link #open(ClientPoolConfig, PoolListener...)}, with observers.
     *
     * @param observers observe the pool, beside those that {@link ServiceLoader} finds
     * @param listeners get all events from the start
     */
    public static ClientPool open(
            ClientPoolConfig config, List<? extends PoolObserver> observers, PoolListener... listeners) {
        return PROVIDER.open(config, List.copyOf(observers), List.of(listeners));
    }

    /**
     * Opens a server pool. Binds its address and listens.
     *
     * @param listeners get all events from the start
     * @throws PoolStartException when the address cannot be bound, the certificate is not usable, or the configured
     *     engine is not available
     * @throws io.quicpool.config.ConfigException when the engine does not support a setting
     */
    public static ServerPool open(ServerPoolConfig config, PoolListener... listeners) {
        return open(config, List.of(), listeners);
    }

    /**
     * As {@link #open(ServerPoolConfig, PoolListener...)}, with observers.
     *
     * @param observers observe the pool, beside those that {@link ServiceLoader} finds
     * @param listeners get all events from the start
     */
    public static ServerPool open(
            ServerPoolConfig config, List<? extends PoolObserver> observers, PoolListener... listeners) {
        return PROVIDER.open(config, List.copyOf(observers), List.of(listeners));
    }

    /**
     * Checks that the engine is available and supports the settings. Opens nothing. {@link #open} does the same check first.
     *
     * @throws PoolStartException when the configured engine is not available
     * @throws io.quicpool.config.ConfigException when the engine does not support a setting
     */
    public static void check(ClientPoolConfig config) {
        PROVIDER.check(config);
    }

    /**
     * Checks that the engine is available and supports the settings. Opens nothing. {@link #open} does the same check first.
     *
     * @throws PoolStartException when the configured engine is not available
     * @throws io.quicpool.config.ConfigException when the engine does not support a setting
     */
    public static void check(ServerPoolConfig config) {
        PROVIDER.check(config);
    }

    /**
     * Tells a client pool that its application is stopping, and perhaps its servers too. The pool still works until it is
     * closed, but logs lost connections on level DEBUG instead of WARNING. Does not block.
     */
    public static void endsSoon(ClientPool pool) {
        PROVIDER.endsSoon(pool);
    }
}
