package io.quicpool;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import java.util.List;

/** Opens pools. {@link QuicPools} finds the implementation with {@link java.util.ServiceLoader}, so the API does not depend on it. */
public interface PoolProvider {

    /**
     * See {@link QuicPools#open(ClientPoolConfig, PoolListener...)}.
     *
     * @param observers observe the pool, beside those that {@link java.util.ServiceLoader} finds
     * @param listeners get all events from the start
     */
    ClientPool open(ClientPoolConfig config, List<PoolObserver> observers, List<PoolListener> listeners);

    /**
     * See {@link QuicPools#open(ServerPoolConfig, PoolListener...)}.
     *
     * @param observers observe the pool, beside those that {@link java.util.ServiceLoader} finds
     * @param listeners get all events from the start
     */
    ServerPool open(ServerPoolConfig config, List<PoolObserver> observers, List<PoolListener> listeners);

    /** See {@link QuicPools#check(ClientPoolConfig)}. */
    void check(ClientPoolConfig config);

    /** See {@link QuicPools#check(ServerPoolConfig)}. */
    void check(ServerPoolConfig config);

    /** See {@link QuicPools#endsSoon(ClientPool)}. */
    default void endsSoon(ClientPool pool) {}
}
