package io.quicpool;

/**
 * Gets events of a pool. Every method does nothing unless overridden.
 *
 * <p>A listener is called on a worker thread of the pool, with one event at a time and in order. It may block: that delays
 * no other listener. Exceptions are logged. At most 1,024 events wait for a slow listener; further ones are dropped with
 * one warning.
 */
public interface PoolListener {

    /** The pool became {@link StreamPool#ready ready} for the first time. */
    default void ready(StreamPool pool) {}

    /**
     * A client pool lost its connection, or a server pool lost the connection of one client. Its idle streams were evicted.
     *
     * @param reason the reason, for people
     */
    default void peerLost(StreamPool pool, String reason) {}

    /** A client pool is ready again after it had lost its connection. */
    default void recovered(StreamPool pool) {}

    /**
     * A caller has to wait because no stream is idle, or {@code max-in-use} are in use. Sent once until another stream becomes
     * idle.
     */
    default void exhausted(StreamPool pool) {}

    /** A bound of capacity or of interval was changed at run time. */
    default void boundsChanged(StreamPool pool) {}

    /**
     * A client pool with several targets has others now, or callers get streams of others: a {@link io.quicpool.config.TargetSource}
     * told it, or a target was ejected or readmitted. {@link ClientPool#members} has them.
     */
    default void targetsChanged(StreamPool pool) {}

    /** The pool is closed. No event follows. */
    default void closed(StreamPool pool) {}
}
