package io.quicpool;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A bidirectional QUIC stream that was taken from a pool. It belongs to the caller that took it, is used once and never
 * returns to the pool.
 *
 * <p><b>Always close it</b>, best with try-with-resources. A stream that is not closed counts against the stream limit until
 * its connection ends, or until the garbage collector finds that nobody has it: then the pool resets it, counts it as leaked and logs
 * it. {@link io.quicpool.config.PoolOptions#LEAK_DETECTION_THRESHOLD} tells where it was taken.
 *
 * <p>Thread-safety: one thread may read while another writes; every other method may be called from any thread at any time.
 */
public interface PooledStream extends AutoCloseable {

    /** The id under which the peer knows this stream. */
    StreamId id();

    /**
     * The data that the peer sends. {@code read} blocks until there is a byte or the end of the stream. It throws
     * IOException when the read time-out is over or the connection is lost. After closing it, the peer is told to stop
     * sending (STOP_SENDING; RFC 9000, section 3.5).
     *
     * @return always the same input stream
     */
    InputStream inputStream();

    /**
     * Sends data to the peer. {@code write} blocks while the engine's send buffer is full. Data is sent without a flush.
     * Closing it ends this direction with a FIN (RFC 9000, section 3.1). The other direction stays open.
     *
     * @return always the same output stream
     */
    OutputStream outputStream();

    /** The address of this end of the connection. */
    InetSocketAddress localAddress();

    /** The address of the peer, as it was when the connection was made. */
    InetSocketAddress remoteAddress();

    /** The TLS session of the connection: version, cipher suite and certificates. */
    TlsSession tlsSession();

    /**
     * Sets how long one {@code read} may wait for its first byte. <b>A read that times out ends the receiving side</b>:
     * it throws {@link java.net.SocketTimeoutException}, the peer is told to stop sending, and every later read throws too.
     * The reason is that an engine's blocked read can only be ended for good. Writing still works.
     *
     * <p>Default: {@code read-timeout} of the pool, 30 s if not set.
     *
     * @param timeout the longest wait, at least 1 ms; {@link Duration#ZERO} waits for ever
     * @throws IllegalArgumentException when the time-out is negative
     */
    void readTimeout(Duration timeout);

    /**
     * Sets how long one {@code write} may wait for a peer that does not read, because flow control bounds the data in flight
     * (RFC 9000, section 4). <b>A write that times out resets the stream</b> in both directions: it throws
     * {@link java.net.SocketTimeoutException}, and so does every later one.
     *
     * <p>Default: {@code write-timeout} of the pool, 30 s if not set.
     *
     * @param timeout the longest wait, at least 1 ms; {@link Duration#ZERO} waits for ever
     * @throws IllegalArgumentException when the time-out is negative
     */
    void writeTimeout(Duration timeout);

    /**
     * Says that the peer failed on this stream: it answered wrongly, too late or not at all. That counts as an error of the pool, and as
     * a failure of its target, which is ejected after several in a row ({@code eject-after}). Does not end the stream. Does not block.
     *
     * @param cause why, for {@link PoolSnapshot#lastError}
     */
    void failed(Throwable cause);

    /**
     * Ends the stream gracefully. Written data is still delivered, followed by a FIN, also to a peer that takes the stream
     * later. Data of the peer that was not read is dropped, and the peer is told to stop sending (STOP_SENDING). Does not
     * block or throw. A second call has no effect.
     */
    @Override
    void close();

    /**
     * Ends the stream at once in both directions (RESET_STREAM and STOP_SENDING). Data that is not delivered yet is dropped.
     * Does nothing when the stream is closed.
     *
     * @param applicationErrorCode the code that the peer gets, from 0 to 2^62-1 (RFC 9000, section 20.2)
     * @throws IllegalArgumentException when the code is out of range
     */
    void reset(long applicationErrorCode);
}
