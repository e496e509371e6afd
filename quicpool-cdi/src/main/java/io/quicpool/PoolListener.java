package io.quicpool;

/**
 * Is told when something changes that an operator or a caller may care for. Every method does nothing unless overridden.
 *
 * <p>Called on a worker thread of the pool, one event at a time and in order for each listener; a listener that blocks or
 * throws holds up nobody but itself (what it throws is logged). At most 1,024 events wait for a slow listener, later ones
 * are dropped with one warning.
 */
public interface PoolListener {

    /**
     * The pool became {@link StreamPool#ready ready} for the first time.
     *
     * @param pool the pool
     */
    default void ready(StreamPool pool) {}

    /**
     * A client pool lost its connection, or a server pool lost the connection of one client; their idle streams are gone.
     *
     * @param pool the pool
     * @param reason what is known, for people
     */
    default void peerLost(StreamPool pool, String reason) {}

    /**
     * A client pool is ready again after it had lost its connection.
     *
     * @param pool the pool
     */
    default void recovered(StreamPool pool) {}

    /**
     * Somebody had to wait because no stream was idle. Told once until the pool has an idle stream again.
     *
     * @param pool the pool
     */
    default void exhausted(StreamPool pool) {}

    /**
     * A bound of capacity or of interval was changed at run time.
     *
     * @param pool the pool
     */
    default void boundsChanged(StreamPool pool) {}

    /**
     * The pool has closed; nothing follows.
     *
     * @param pool the pool
     */
    default void closed(StreamPool pool) {}
}
