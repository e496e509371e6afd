package io.quicpool.transport;

import io.quicpool.TlsSession;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** An established QUIC connection. */
public interface Connection {

    /**
     * This end.
     *
     * @return the local address
     */
    InetSocketAddress localAddress();

    /**
     * The other end.
     *
     * @return the peer's address
     */
    InetSocketAddress remoteAddress();

    /**
     * What TLS agreed on.
     *
     * @return the session
     */
    TlsSession tlsSession();

    /**
     * The idle time-out in force: the smaller of this side's and the peer's (RFC 9000, section 10.1).
     *
     * @return the time-out
     */
    Duration idleTimeout();

    /**
     * Whether the connection can be used. False from the moment that the engine knows of its end, before
     * {@link ConnectionEvents#lost} is called.
     *
     * @return whether it is alive
     */
    boolean alive();

    /**
     * How long ago the last packet came from the peer.
     *
     * @return nanoseconds; 0 for a client's connection at a server where the engine itself gives it up in time
     */
    long silentNanos();

    /**
     * Asks the peer for a sign of life: sends something that it must acknowledge, a PING frame (RFC 9000, section 19.2) or a stream
     * that is ended without a byte. Only on a connection that this side has made.
     */
    void ping();

    /**
     * How many streams the peer lets this side open now.
     *
     * @return the credit, 0 or more
     */
    int credit();

    /**
     * Changes how many streams the peer may have open that are not in use, see {@link ListenerEvents#streams}. What was allowed
     * is not taken back: fewer take effect as streams end. Does nothing where the engine gives the same for the whole life of a
     * connection.
     *
     * @param notInUse at least 1
     */
    default void streams(int notInUse) {}

    /**
     * Opens a bidirectional stream. The peer learns of it with its first byte.
     *
     * @return completed with the stream, or with an IOException when there is no credit or the connection has ended
     */
    CompletionStage<EngineStream> openStream();

    /**
     * Waits until the peer has acknowledged all that was written on streams that are closed: closing the connection loses the
     * rest.
     *
     * @param timeout the longest wait
     * @return whether it has
     * @throws InterruptedException when the thread is interrupted
     */
    boolean awaitDelivered(Duration timeout) throws InterruptedException;

    /**
     * Closes the connection (CONNECTION_CLOSE, RFC 9000, section 10.2) and frees what it holds, threads included, in the
     * background. {@link ConnectionEvents#lost} is not called for it. Does nothing the second time.
     *
     * @param applicationErrorCode what to tell the peer
     * @param reason what to tell people at the peer's end
     */
    void close(long applicationErrorCode, String reason);

    /**
     * Waits until everything that a closed connection held is freed.
     *
     * @param timeout the longest wait
     * @return whether all is freed
     * @throws InterruptedException when the thread is interrupted
     */
    boolean awaitClosed(Duration timeout) throws InterruptedException;
}
