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
     * Makes the pool client-led, with workers of its own: a stream whose first byte arrives is taken and given to the
     * handler, at most 64 at a time; more wait in order. Streams that are idle cost no thread.
     *
     * @param handler what serves a stream
     * @throws IllegalStateException when the pool has a handler already
     */
    void serve(StreamHandler handler);

    /**
     * Makes the pool client-led; the handler runs on the given executor, which must not run tasks in the calling thread.
     * A stream that the executor rejects is reset with {@link StreamErrors#SERVER_FULL}.
     *
     * @param handler what serves a stream
     * @param executor where it runs; stays the caller's to shut down
     * @throws IllegalStateException when the pool has a handler already
     */
    void serve(StreamHandler handler, Executor executor);
}
