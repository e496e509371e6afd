package io.quicpool.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A bidirectional stream of an engine.
 *
 * <p>One thread may read while another writes. Everything else may be called from any thread at any time.
 */
public interface EngineStream {

    /** {@return the connection of the stream} */
    Connection connection();

    /** {@return what the peer sends, always the same input stream; reading blocks} */
    InputStream input();

    /** {@return what the peer will read, always the same output stream; writing blocks while the engine's send buffer is full} */
    OutputStream output();

    /**
     * Whether an idle stream can still be used: its connection is alive, neither direction was reset or stopped, and the peer has not
     * sent a FIN with nothing left to read before it. Costs no I/O.
     *
     * @return whether it is alive, as far as this side knows
     */
    boolean alive();

    /**
     * Whether the peer has ended its direction with a FIN. Data that it sent before may still be unread.
     *
     * @return whether it has, as far as this side knows
     */
    boolean finished();

    /**
     * Runs an action once, as soon as this number of bytes can be read without blocking, which may be at once. A later call
     * replaces an earlier one that has not run.
     *
     * @param bytes the number of bytes, at least 1
     * @param action runs on a thread of the engine: hand over and return
     */
    void whenReadable(int bytes, Runnable action);

    /**
     * Runs an action once, when the stream is no longer {@link #alive}. An engine reports only what it can see: some ends are found
     * by asking {@link #alive} only.
     *
     * @param action runs on a thread of the engine: hand over and return
     */
    void whenEnded(Runnable action);

    /**
     * Runs an action once, as soon as a read need not wait: something has come, or the receiving direction has ended, in whichever way.
     * Then the read returns the data or -1, or throws. A later call, or {@link #whenReadable}, replaces an earlier one that has not run.
     * {@link #close} drops it.
     *
     * @param action runs on a thread of the engine: read what is there, and return
     */
    void whenReadReturns(Runnable action);

    /**
     * Runs an action once, when nothing more can be sent: the peer has sent STOP_SENDING, this side has reset the stream, or the
     * connection is lost.
     *
     * @param action runs on a thread of the engine: hand over and return
     */
    void whenStopped(Runnable action);

    /**
     * The application error code with which the peer ended the stream, in one direction or both.
     *
     * @return the code; -1 when the peer has not ended it with a code, or the engine does not know the code
     */
    default long peerError() {
        return -1;
    }

    /**
     * Marks the stream as in use: it no longer counts against what its peer may have open, see {@link ListenerEvents#maxStreams}. Only
     * for streams that the peer opened. Does nothing where the engine gives credit back only for streams that have ended.
     */
    default void inUse() {}

    /**
     * Writes these bytes and closes the output, as the two calls would. The FIN goes with the last bytes where the engine can do that.
     *
     * @param bytes has the bytes
     * @param offset of the first of them
     * @param length how many there are
     * @throws IOException as a write does; the output is then not closed
     */
    default void writeLast(byte[] bytes, int offset, int length) throws IOException {
        output().write(bytes, offset, length);
        output().close();
    }

    /**
     * Ends the stream in order: sends a FIN after what was written, and reads no more. A blocked read throws IOException.
     * STOP_SENDING is sent only when the peer has sent, or later sends, data that nobody reads: a peer that holds the stream as idle
     * would evict it on STOP_SENDING, and lose what was written. Never throws.
     */
    void close();

    /**
     * Ends both directions at once (RESET_STREAM and STOP_SENDING). Never throws.
     *
     * @param applicationErrorCode the code that the peer gets
     */
    void reset(long applicationErrorCode);

    /**
     * Ends the receiving direction only (STOP_SENDING). A blocked read throws IOException. Never throws.
     *
     * @param applicationErrorCode the code that the peer gets
     */
    void stopReceiving(long applicationErrorCode);
}
