package io.quicpool;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gets what happens to the streams of a pool, for metrics, traces and logs. Every method does nothing unless overridden.
 * {@link PoolListener} is for the few events to which an application reacts.
 *
 * <p>Pools find observers in three places: {@link java.util.ServiceLoader}, with the class loader of this library and with the context
 * class loader of the thread that opens the pool; {@link QuicPools#open(io.quicpool.config.ClientPoolConfig, List, PoolListener...)};
 * and in CDI every bean of this type. A pool may have any number of observers.
 *
 * <p>An observer is called on the thread that takes or closes a stream, or on a thread of the pool or of its engine, and by many
 * threads at a time. It must return at once: that thread does the pool's work. It must not block, and must not take or close streams.
 * What it throws is logged once and otherwise ignored. Times are in nanoseconds. The pool allocates nothing for these calls.
 *
 * <p>The calls are made where the pool counts, so sums over them agree with {@link PoolSnapshot#totals}.
 */
public interface PoolObserver {

    /** How a wait for a stream ended. Later versions may add values. */
    enum WaitEnd {
        /** The caller got a stream. */
        SERVED,
        /** The caller timed out. This includes callers that found no idle stream and did not want to wait. */
        TIMED_OUT,
        /** The caller was interrupted. */
        INTERRUPTED,
        /** The caller ended the future of an asynchronous take. */
        CANCELLED,
        /** The pool was closed. */
        CLOSED
    }

    /** How the use of a stream ended. Later versions may add values. */
    enum UseEnd {
        /** It was closed in order. */
        CLOSED,
        /** This side or the peer reset it, or the peer stopped reading it. */
        RESET,
        /** Its connection was lost before. */
        LOST,
        /** Its caller lost it without closing it, and the pool reset it. */
        LEAKED,
        /**
         * Its caller said that it {@linkplain PooledStream#failed failed}, and closed or reset it; or a request was sent on it and timed
         * out.
         */
        FAILED
    }

    /**
     * The observer of one pool. Called once for each pool, before the pool starts. The pool can be kept: to ask it for its numbers, and
     * its {@linkplain StreamPool#config settings} for name and targets.
     *
     * <p>A client pool with several targets is observed itself and in each member: the waits and requests of its callers are told to the
     * observer of the pool, everything else to those of the members. The settings of a member have the name of the pool and one target.
     *
     * @param pool the pool, not started yet
     * @return by default this observer; null when the pool should not be observed
     */
    default @Nullable PoolObserver forPool(StreamPool pool) {
        return this;
    }

    // ---- streams

    /**
     * A stream was opened and has its id.
     *
     * @param nanos how long that took; on a server, from the first packet of the stream
     */
    default void opened(long nanos) {}

    /** A stream could not be opened, or got no id. */
    default void openFailed() {}

    /**
     * A caller has waited for a stream. Not called for callers that found an idle one.
     *
     * @param nanos how long it waited
     * @param end how that ended
     */
    default void waited(long nanos, WaitEnd end) {}

    /**
     * A stream was in use and has ended.
     *
     * @param nanos how long it was in use; on a server with a handler this includes the time in the handler's queue
     * @param end how that ended
     */
    default void used(long nanos, UseEnd end) {}

    /**
     * A stream was in use for longer than {@code leak-detection-threshold}, or its caller lost it without closing it. Called once for each
     * stream. If it is closed later, {@link #used} follows.
     *
     * @param nanos how long ago it was taken
     */
    default void leaked(long nanos) {}

    /**
     * An idle stream was evicted; after a flush and in a pool that closes, also one that was being opened.
     *
     * @param reason a key of {@link PoolTotals#evicted}
     */
    default void evicted(String reason) {}

    /**
     * A request begins: at a client pool on the thread that calls {@code request}, at a server pool when all of it has been received, on
     * any thread.
     *
     * @return what follows the request; null for nothing
     */
    default @Nullable RequestObserver requested() {
        return null;
    }

    // ---- connections

    /**
     * A connection was made: to the target (client pool), or by a client (server pool).
     *
     * @param peer its address
     */
    default void connected(InetSocketAddress peer) {}

    /**
     * A connection was lost, or its peer closes it.
     *
     * @param peer its address
     * @param reason for people; the peer may have written it
     */
    default void connectionLost(InetSocketAddress peer, String reason) {}

    /**
     * An attempt of a client pool to connect has failed.
     *
     * @param reason for people; the peer may have written it
     */
    default void connectFailed(String reason) {}

    /**
     * A stream, connection, datagram or caller was refused. A server under attack calls this often.
     *
     * @param reason a key of {@link PoolTotals#refused}
     */
    default void refused(String reason) {}

    // ---- the pool

    /**
     * A bound was changed at run time. The pool has the new one already.
     *
     * @param what {@code capacity} or {@code interval}
     * @param before the old bounds, for people
     * @param now the new bounds, for people
     */
    default void boundsChanged(String what, String before, String now) {}

    /** The pool is closed. */
    default void closed() {}
}
