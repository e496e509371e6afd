package io.quicpool;

/** The application error codes with which quicpool resets streams (RFC 9000, section 20.2). Peers may rely on them. */
public final class StreamErrors {

    /** No error: an idle stream was evicted, for example by a flush or because the pool shrinks. */
    public static final long RETIRED = 0x0;

    /** The server pool has as many idle streams as it may hold. Try again later. */
    public static final long SERVER_FULL = 0x1;

    /** The peer violated the protocol: a wrong hello, a duplicate or a missing id. */
    public static final long PROTOCOL = 0x2;

    /** The peer was too slow: with its hello or its id, or longer than {@code read-timeout} or {@code write-timeout}. */
    public static final long TOO_SLOW = 0x3;

    /** The handler of a client-led server pool threw an exception, or gave no answer. */
    public static final long HANDLER_FAILED = 0x4;

    /**
     * No error: the pool is closing and evicts idle and new streams. Streams in use may still finish. A client pool reconnects at
     * once, because its target may resolve to another server by now.
     */
    public static final long CLOSING = 0x5;

    /**
     * The server pool has no free handler and its queue is full, or the executor of the handler rejected the stream. The handler
     * has not seen the stream, so the client may try again later, or on another server.
     */
    public static final long HANDLER_BUSY = 0x6;

    /**
     * A request is larger than the server pool accepts, and no handler has seen it. Or its answer is larger than the client pool accepts.
     */
    public static final long TOO_LARGE = 0x7;

    /** The caller of the client pool no longer waits for the answer to its request. */
    public static final long CANCELLED = 0x8;

    /**
     * No error: the server pool answers so to a client that asks whether it takes requests on streams without an id. See docs/protocol.md,
     * "requests at once".
     */
    public static final long WITHOUT_ID = 0x9;

    private StreamErrors() {}
}
