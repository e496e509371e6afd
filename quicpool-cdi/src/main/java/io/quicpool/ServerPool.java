package io.quicpool;

import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * The side that listens: it takes the streams that any number of client pools open, gives each its id and holds the
 * other ends. Made by {@link QuicPools#open(ServerPoolConfig, PoolListener...)}. The JVM stays up while a server pool is open,
 * also when {@code main} has returned, as for Jetty and the JDK's own HTTP server; it does not for a client pool.
 */
public interface ServerPool extends StreamPool {

    /**
     * Where the pool listens; says the port when the configuration left it to the system.
     *
     * @return the bound address
     */
    InetSocketAddress localAddress();

    /**
     * Changes how many idle streams the pool holds at most, over all its clients. Acts at once on new streams; those that
     * are idle above a new, lower bound are given up, the oldest first.
     *
     * @param max from 1 to {@link io.quicpool.config.CapacityBounds#LIMIT}
     * @throws io.quicpool.config.ConfigException when it is out of range
     */
    void maxCapacity(int max);

    /**
     * Presents another certificate to clients that connect from now on, after a renewal say. Connections that are up keep the
     * one that they were made with until they end. Does not block.
     *
     * @param certificate the private key and its certificates
     * @throws io.quicpool.config.ConfigException when the engine cannot use it; then the one so far stays
     * @throws IllegalStateException when the pool is closed
     */
    void certificate(KeyMaterial certificate);

    /**
     * Makes the pool client-led: a stream whose first byte arrives is taken and given to the handler, on a thread of the pool's own,
     * or a virtual one where {@link io.quicpool.config.ServerPoolConfigBuilder#handlerExecutor} says so. Streams that are idle cost no
     * thread.
     *
     * <p>At most {@link io.quicpool.config.ServerPoolConfigBuilder#maxHandlers} run at a time, and
     * {@link io.quicpool.config.ServerPoolConfigBuilder#handlerQueue} wait; both are shared fairly between clients. More are reset with
     * {@link StreamErrors#HANDLER_BUSY}. A handler that waits for a silent client ends after the read time-out of its stream.
     *
     * @param handler what serves a stream
     * @throws IllegalStateException when the pool has a handler already
     */
    void serve(StreamHandler handler);

    /**
     * Makes the pool client-led; the handler runs on the given executor, no more at a time than {@link #serve(StreamHandler)} says. A
     * stream that the executor rejects is reset with {@link StreamErrors#HANDLER_BUSY}; where the configuration has
     * {@link io.quicpool.config.HandlerExecutor#CONTAINER}, it is served on a thread of the pool's own. So is what the executor would
     * run in the calling thread, which belongs to the engine.
     *
     * @param handler what serves a stream
     * @param executor where it runs; stays the caller's to shut down
     * @throws IllegalStateException when the pool has a handler already
     */
    void serve(StreamHandler handler, Executor executor);

    /**
     * How many streams the handler is serving now.
     *
     * @return the number; 0 without a handler
     */
    int handlersRunning();

    /**
     * How many streams that were spoken to wait for a handler now, for as many run as may.
     *
     * @return the number; 0 without a handler
     */
    int handlersWaiting();
}
