package io.quicpool;

/** The state of a pool. It only moves forward, except between RUNNING and SUSPENDED. Later versions may add values. */
public enum PoolState {
    /** Made, but nothing is opened yet. */
    NEW,
    /** Keeps idle streams and lets callers take them. It may still not be {@link StreamPool#ready}. */
    RUNNING,
    /** Keeps idle streams, but callers wait until {@link StreamPool#resume}. */
    SUSPENDED,
    /** Closing: no stream can be taken. Streams in use may be used until the deadline. */
    CLOSING,
    /** Closed: no stream, connection or thread of the pool is left. */
    CLOSED
}
