package io.quicpool;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import java.util.List;
import java.util.ServiceLoader;

/** Opens pools. Each pool is independent of all others and ends with its own {@link StreamPool#close}. */
public final class QuicPools {

    // The class loader of this class, not that of the thread: a container's thread may know nothing of this library.
    private static final PoolProvider PROVIDER = ServiceLoader.load(
                    PoolProvider.class, PoolProvider.class.getClassLoader())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no " + PoolProvider.class.getName()
                    + " on the class path: META-INF/services of the quicpool jar is missing"));

    private QuicPools() {}

    /**
     * Opens a client pool. Returns at once: the pool connects in the background and goes on trying until it is closed, so
     * that a service may start before its peer does. See {@link StreamPool#ready}.
     *
     * @param config the settings
     * @param listeners miss nothing that happens from the start
     * @return the pool, running
     * @throws PoolStartException when the engine that is asked for is not there
     * @throws io.quicpool.config.ConfigException when it cannot do what a setting asks for
     */
    public static ClientPool open(ClientPoolConfig config, PoolListener... listeners) {
        return PROVIDER.open(config, List.of(listeners));
    }

    /**
     * Opens a server pool: binds its address, and listens.
     *
     * @param config the settings
     * @param listeners miss nothing that happens from the start
     * @return the pool, listening
     * @throws PoolStartException when the address cannot be bound, the certificate is not usable, or the engine that is
     *     asked for is not there
     * @throws io.quicpool.config.ConfigException when it cannot do what a setting asks for
     */
    public static ServerPool open(ServerPoolConfig config, PoolListener... listeners) {
        return PROVIDER.open(config, List.of(listeners));
    }

    /**
     * Says whether the engine is there and can do what the settings ask for, and opens nothing. {@link #open} does the same first.
     *
     * @param config the settings
     * @throws PoolStartException when the engine that is asked for is not there
     * @throws io.quicpool.config.ConfigException when it cannot do what a setting asks for
     */
    public static void check(ClientPoolConfig config) {
        PROVIDER.check(config);
    }

    /**
     * Says whether the engine is there and can do what the settings ask for, and opens nothing. {@link #open} does the same first.
     *
     * @param config the settings
     * @throws PoolStartException when the engine that is asked for is not there
     * @throws io.quicpool.config.ConfigException when it cannot do what a setting asks for
     */
    public static void check(ServerPoolConfig config) {
        PROVIDER.check(config);
    }

    /**
     * Tells a client pool that its application is ending, and perhaps the servers with it. The pool goes on working, for what is still being
     * served, until it is closed; but what it loses from now on is expected, and logged on level DEBUG instead of WARNING. Does
     * not block.
     *
     * @param pool a pool that was opened here
     */
    public static void endsSoon(ClientPool pool) {
        PROVIDER.endsSoon(pool);
    }
}
