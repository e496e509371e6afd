package io.quicpool.core.streams;

/** The first byte of a stream: what its client wants. A server of the Go package reads it and ignores its value. */
public final class Hello {

    /** An id, and then the stream is idle. */
    public static final int ID = 0;

    /** To know whether the server takes {@link #REQUEST}: it says so with {@link io.quicpool.StreamErrors#WITHOUT_ID}. */
    public static final int ASK = 1;

    /** A handler, and no id: the bytes of a request follow. Only to servers that said that they take it. */
    public static final int REQUEST = 2;

    private Hello() {}
}
