package io.quicpool.cdi;

import io.quicpool.StreamPool;

/**
 * Events of pools for CDI observers: {@code void on(@Observes PoolEvent.PeerLost event)}. Fired on a worker thread of the
 * pool, in order for each pool; an observer that blocks delays only later events of the same pool. There is no active request context.
 * Later versions may add events.
 */
public sealed interface PoolEvent {

    /** The pool of the event. */
    StreamPool pool();

    /** The pool became ready for the first time. */
    record Ready(StreamPool pool) implements PoolEvent {}

    /**
     * A client pool lost its connection, or a server pool that of one client.
     *
     * @param reason the reason, for people
     */
    record PeerLost(StreamPool pool, String reason) implements PoolEvent {}

    /** A client pool is ready again after it had lost its connection. */
    record Recovered(StreamPool pool) implements PoolEvent {}
}
