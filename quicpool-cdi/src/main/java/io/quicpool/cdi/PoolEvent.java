package io.quicpool.cdi;

import io.quicpool.StreamPool;

/**
 * What CDI observers are told about pools: {@code void on(@Observes PoolEvent.PeerLost event)}. Fired on a worker thread of the
 * pool, in order for each pool; an observer that blocks holds up later events of that pool only. No request is active there.
 */
public sealed interface PoolEvent {

    /**
     * The pool that it is about.
     *
     * @return the pool
     */
    StreamPool pool();

    /**
     * The pool became ready for the first time.
     *
     * @param pool the pool
     */
    record Ready(StreamPool pool) implements PoolEvent {}

    /**
     * A client pool lost its connection, or a server pool that of one client.
     *
     * @param pool the pool
     * @param reason what is known, for people
     */
    record PeerLost(StreamPool pool, String reason) implements PoolEvent {}

    /**
     * A client pool is ready again after it had lost its connection.
     *
     * @param pool the pool
     */
    record Recovered(StreamPool pool) implements PoolEvent {}
}
