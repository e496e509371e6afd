package io.quicpool.transport;

import io.quicpool.TlsSession;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** An established QUIC connection. */
public interface Connection {

    /** {@return the local address} */
    InetSocketAddress localAddress();

    /** {@return the peer's address} */
    InetSocketAddress remoteAddress();

    /** {@return what TLS agreed on} */
    TlsSession tlsSession();

    /** {@return the idle time-out in force: the smaller of this side's and the peer's (RFC 9000, section 10.1)} */
    Duration idleTimeout();

    /**
     * Whether the connection can be used. False as soon as the engine knows that it has ended, before {@link
     * ConnectionEvents#lost} is called.
     *
     * @return whether it is alive
     */
    boolean alive();

    /**
     * How long ago the last packet came from the peer.
     *
     * @return nanoseconds; 0 for a server's connection whose engine enforces the idle time-out itself
     */
    long silentNanos();

    /**
     * Sends something that the peer must acknowledge: a PING frame (RFC 9000, section 19.2), or a stream that is ended without data.
     * Only for connections that this side made.
     */
    void ping();

    /**
     * How many streams the peer lets this side open now.
     *
     * @return the credit, 0 or more
     */
    int credit();

    /**
     * Changes how many streams the peer may have open that are not in use, see {@link ListenerEvents#maxStreams}. Credit cannot be
     * taken back: a smaller number takes effect as streams end. Does nothing where the engine fixes the number for the life of a
     * connection.
     *
     * @param notInUse at least 1
     */
    default void maxIdleStreams(int notInUse) {}

    /**
     * Opens a bidirectional stream. The peer learns of it with its first byte.
     *
     * @return completed with the stream, or with an IOException when there is no credit or the connection has ended
     */
    CompletionStage<EngineStream> openStream();

    /**
     * Waits until the peer has acknowledged everything that was written on closed streams. Closing the connection earlier loses the
     * rest.
     *
     * @param timeout the longest wait
     * @param silence ends the wait early: nothing has arrived from the peer for so long
     * @return whether everything is acknowledged
     * @throws InterruptedException when the thread is interrupted
     */
    boolean awaitDelivered(Duration timeout, Duration silence) throws InterruptedException;

    /**
     * Closes the connection (CONNECTION_CLOSE, RFC 9000, section 10.2) and frees its resources, threads included, in the
     * background. {@link ConnectionEvents#lost} is not called. Does nothing the second time.
     *
     * @param applicationErrorCode the code that the peer gets
     * @param reason the reason that the peer gets, for people
     */
    void close(long applicationErrorCode, String reason);

    /**
     * Waits until all resources of a closed connection are freed.
     *
     * @param timeout the longest wait
     * @throws InterruptedException when the thread is interrupted
     */
    boolean awaitClosed(Duration timeout) throws InterruptedException;
}
