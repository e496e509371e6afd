package io.quicpool;

/** The application error codes with which quicpool resets streams (RFC 9000, section 20.2); peers may rely on them. */
public final class StreamErrors {

    /** No error: a stream that was idle is given up because its pool flushes or shrinks. */
    public static final long RETIRED = 0x0;

    /** The server pool has as many idle streams as it may hold; try again later. */
    public static final long SERVER_FULL = 0x1;

    /** The peer did not keep to the protocol: a wrong hello, a doubled or a missing id. */
    public static final long PROTOCOL = 0x2;

    /** The peer was too slow: with its hello or its id, or longer than {@code read-timeout} or {@code write-timeout} allows. */
    public static final long TOO_SLOW = 0x3;

    /** The handler of a client-led server pool threw. */
    public static final long HANDLER_FAILED = 0x4;

    /**
     * No error: the pool is closing, and gives up what is idle or new. Streams in use live on for a while; a client pool connects
     * anew at once, for its target may lead elsewhere by now.
     */
    public static final long CLOSING = 0x5;

    /**
     * As many handlers are at work, and as many streams wait for one, as the server pool allows, or the executor of the handler takes
     * no more. The handler has not seen the stream: it may be tried again later, or elsewhere.
     */
    public static final long HANDLER_BUSY = 0x6;

    private StreamErrors() {}
}
