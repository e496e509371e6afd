package io.quicpool;

import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * The side that listens. It accepts streams of any number of client pools, assigns an id to each and keeps them idle.
 * {@link QuicPools#open(ServerPoolConfig, PoolListener...)} makes it. The JVM stays up while a server pool is open, even
 * after {@code main} has returned, as with Jetty and the JDK's HTTP server. A client pool does not keep the JVM up.
 */
public interface ServerPool extends StreamPool {

    @Override
    ServerPoolConfig config();

    /** The address on which the pool listens. Has the actual port when the configured port is 0. */
    InetSocketAddress localAddress();

    /**
     * Changes how many idle streams the pool holds at most, over all its clients. Takes effect at once. Idle streams above a
     * lower bound are evicted, the oldest first.
     *
     * @param max from 1 to {@link io.quicpool.config.CapacityBounds#LIMIT}
     * @throws io.quicpool.config.ConfigException when the number is out of range
     */
    void maxCapacity(int max);

    /**
     * Presents another certificate to clients that connect from now on, for example after a renewal. Existing connections keep
     * theirs. Does not block.
     *
     * @param certificate the private key and its certificates
     * @throws io.quicpool.config.ConfigException when the engine cannot use it; the current one stays
     * @throws IllegalStateException when the pool is closed
     */
    void certificate(KeyMaterial certificate);

    /**
     * Makes the pool client-led: a stream whose first byte arrives is taken and passed to the handler, on a thread of the pool,
     * or a virtual one if {@link io.quicpool.config.ServerPoolConfigBuilder#handlerExecutor} is set so. Idle streams need no thread.
     *
     * <p>At most {@link io.quicpool.config.ServerPoolConfigBuilder#maxHandlers} run at a time, and
     * {@link io.quicpool.config.ServerPoolConfigBuilder#handlerQueue} wait. Clients share both fairly. Further streams are reset with
     * {@link StreamErrors#HANDLER_BUSY}. A handler that waits for a silent client ends after the read time-out of its stream.
     *
     * @param handler serves each stream
     * @throws IllegalStateException when the pool has a handler already
     */
    void serve(StreamHandler handler);

    /**
     * As {@link #serve(StreamHandler)}, with the handler on the given executor. The same limits apply. A stream that the executor
     * rejects is reset with {@link StreamErrors#HANDLER_BUSY}, or served on a thread of the pool if the configuration has
     * {@link io.quicpool.config.HandlerExecutor#CONTAINER}. An executor must not run the handler in the calling thread, which
     * belongs to the engine; if it tries, a thread of the pool runs it.
     *
     * @param handler serves each stream
     * @param executor runs the handler; the caller shuts it down
     * @throws IllegalStateException when the pool has a handler already
     */
    void serve(StreamHandler handler, Executor executor);

    /**
     * Makes the pool client-led, as {@link #serve(StreamHandler)} does, for whole requests: a stream is read up to its FIN, and the
     * handler gets all bytes at once and gives the answer, now or later. Clients use {@link ClientPool#request}, or write a request and a
     * FIN to any stream that they take.
     *
     * <p>A request takes one of the {@code max-handlers} places from its first byte until its answer is written. No thread waits for the
     * rest of a request, nor for an answer that comes later. The handler is called on a thread of the pool, or a virtual one, as for
     * {@link #serve(StreamHandler)}. A large answer that comes later is written on a thread of the pool.
     *
     * <p>A request of more than {@code max-request-bytes} is reset with {@link StreamErrors#TOO_LARGE}. One that has not arrived whole
     * within {@code read-timeout} is reset with {@link StreamErrors#TOO_SLOW}. The handler sees neither.
     *
     * @param handler answers each request
     * @throws IllegalStateException when the pool has a handler already
     */
    void answer(RequestHandler handler);

    /**
     * As {@link #answer(RequestHandler)}, with the handler on the given executor, which is used as by
     * {@link #serve(StreamHandler, Executor)}.
     *
     * @param handler answers each request
     * @param executor runs the handler; the caller shuts it down
     * @throws IllegalStateException when the pool has a handler already
     */
    void answer(RequestHandler handler, Executor executor);

    /**
     * How many streams the handler serves now.
     *
     * @return the number; 0 without a handler
     */
    int handlersRunning();

    /**
     * How many streams wait for a handler now, because the maximum number of handlers runs.
     *
     * @return the number; 0 without a handler
     */
    int handlersWaiting();
}
