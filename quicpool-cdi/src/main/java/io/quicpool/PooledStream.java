package io.quicpool;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A bidirectional QUIC stream that was taken from a pool and belongs to whoever took it. It is used once: it never goes
 * back to the pool.
 *
 * <p><b>Always close it</b>, best with try-with-resources. Closing gives the stream's credit back to the peer whatever
 * state the stream is in; a stream that is never closed counts against the peer's limit until its connection ends.
 *
 * <p>Thread-safety: one thread may read while another writes; {@link #close}, {@link #reset} and
 * {@link #readTimeout(Duration)} may be called from any thread at any time.
 */
public interface PooledStream extends AutoCloseable {

    /**
     * The id under which the peer knows this stream.
     *
     * @return the id
     */
    StreamId id();

    /**
     * What the peer sends. {@code read} blocks until there is a byte, the end of the stream, the read time-out or a
     * loss of the connection, and throws IOException for the last two. Closing it is the same as no longer being
     * interested: a peer that sends more is told to stop (RFC 9000, section 3.5).
     *
     * @return always the same input stream
     */
    InputStream inputStream();

    /**
     * What the peer will read. {@code write} blocks while the engine's send buffer is full. What was written is sent
     * without a flush. Closing it ends this direction with a FIN (RFC 9000, section 3.1); the other goes on.
     *
     * @return always the same output stream
     */
    OutputStream outputStream();

    /**
     * This end of the connection.
     *
     * @return the local address
     */
    InetSocketAddress localAddress();

    /**
     * The other end of the connection.
     *
     * @return the peer's address as it was when the connection was made
     */
    InetSocketAddress remoteAddress();

    /**
     * What TLS agreed on.
     *
     * @return the TLS session of the stream's connection
     */
    TlsSession tlsSession();

    /**
     * Sets how long one {@code read} may wait for its first byte. <b>A read that times out ends the receiving side</b>:
     * it throws {@link java.net.SocketTimeoutException}, the peer is told to stop sending, and every later read throws
     * too. (An engine's blocked read can only be ended for good.) Writing is not touched.
     *
     * <p>Default: {@code read-timeout} of the pool, which is 30 s where it is not set.
     *
     * @param timeout the longest wait, at least 1 ms; {@link Duration#ZERO} waits for ever
     * @throws IllegalArgumentException when the time-out is negative
     */
    void readTimeout(Duration timeout);

    /**
     * Sets how long one {@code write} may wait for a peer that does not read: what it lets this side send ahead is bounded
     * (RFC 9000, section 4). <b>A write that times out resets the stream</b> in both directions: it throws
     * {@link java.net.SocketTimeoutException}, and so does every later one.
     *
     * <p>Default: {@code write-timeout} of the pool, which is 30 s where it is not set.
     *
     * @param timeout the longest wait, at least 1 ms; {@link Duration#ZERO} waits for ever
     * @throws IllegalArgumentException when the time-out is negative
     */
    void writeTimeout(Duration timeout);

    /**
     * Ends the stream in order: what was written is still delivered, followed by a FIN, also to a peer that takes the
     * stream only later; what it has sent and was not read, or sends from now on, is refused (STOP_SENDING). Does not
     * block, does not throw, and does nothing the second time.
     */
    @Override
    void close();

    /**
     * Ends the stream at once in both directions (RESET_STREAM and STOP_SENDING); what was not yet delivered is dropped.
     * Does nothing when the stream is closed.
     *
     * @param applicationErrorCode what to tell the peer, from 0 to 2^62-1 (RFC 9000, section 20.2)
     * @throws IllegalArgumentException when the code is out of range
     */
    void reset(long applicationErrorCode);
}
