package io.quicpool;

/** Where a pool stands in its life. It only ever moves forward, but for going to and fro between RUNNING and SUSPENDED. */
public enum PoolState {
    /** Built, nothing opened yet. */
    NEW,
    /** At work: it keeps its stock and hands out streams. Being at work does not mean being {@link StreamPool#ready}. */
    RUNNING,
    /** At work, but nothing is handed out until {@link StreamPool#resume}; callers wait. */
    SUSPENDED,
    /** Closing: nothing is handed out any more, streams that were taken may still be used until the deadline. */
    CLOSING,
    /** Closed: no stream, no connection, no thread of the pool is left. */
    CLOSED
}
