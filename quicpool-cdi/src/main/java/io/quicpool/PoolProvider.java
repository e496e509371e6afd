package io.quicpool;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import java.util.List;

/** Opens pools. {@link QuicPools} finds the implementation with {@link java.util.ServiceLoader}, so the API does not depend on it. */
public interface PoolProvider {

    /**
     * See {@link QuicPools#open(ClientPoolConfig, PoolListener...)}.
     *
     * @param config the settings
     * @param listeners get all events from the start
     * @return the pool
     */
    ClientPool open(ClientPoolConfig config, List<PoolListener> listeners);

    /**
     * See {@link QuicPools#open(ServerPoolConfig, PoolListener...)}.
     *
     * @param config the settings
     * @param listeners get all events from the start
     * @return the pool
     */
    ServerPool open(ServerPoolConfig config, List<PoolListener> listeners);

    /**
     * See {@link QuicPools#check(ClientPoolConfig)}.
     *
     * @param config the settings
     */
    void check(ClientPoolConfig config);

    /**
     * See {@link QuicPools#check(ServerPoolConfig)}.
     *
     * @param config the settings
     */
    void check(ServerPoolConfig config);

    /**
     * See {@link QuicPools#endsSoon(ClientPool)}.
     *
     * @param pool the pool
     */
    default void endsSoon(ClientPool pool) {}
}
