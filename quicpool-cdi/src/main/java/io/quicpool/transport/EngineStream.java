package io.quicpool.transport;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * A bidirectional stream of an engine.
 *
 * <p>One thread may read while another writes; everything else may be called from any thread at any time.
 */
public interface EngineStream {

    /**
     * The connection that it belongs to.
     *
     * @return the connection
     */
    Connection connection();

    /**
     * What the peer sends; reading blocks.
     *
     * @return always the same input stream
     */
    InputStream input();

    /**
     * What the peer will read; writing blocks while the engine's send buffer is full.
     *
     * @return always the same output stream
     */
    OutputStream output();

    /**
     * Whether somebody could still use an idle stream: its connection is alive, neither direction was reset or refused, and
     * the peer did not end its direction without a byte. Costs no I/O.
     *
     * @return whether it is alive, as far as is known on this side
     */
    boolean alive();

    /**
     * Whether the peer has ended its direction in order (FIN). What it wrote before may still be unread.
     *
     * @return whether it has, as far as is known on this side
     */
    boolean finished();

    /**
     * Runs an action once when at least so many bytes can be read without blocking, at once if they are there already. A
     * later call replaces an earlier one that has not run.
     *
     * @param bytes how many bytes, at least 1
     * @param action runs on a thread of the engine: hand over and return
     */
    void whenReadable(int bytes, Runnable action);

    /**
     * Runs an action once when the stream is no longer {@link #alive}. What the engine cannot see by itself it does not
     * tell; then only the probe shows it.
     *
     * @param action runs on a thread of the engine: hand over and return
     */
    void whenDead(Runnable action);

    /**
     * The application error code with which the peer ended the stream, in one direction or both.
     *
     * @return the code; -1 when the peer has not, or the engine does not know
     */
    default long peerError() {
        return -1;
    }

    /**
     * Somebody uses the stream from now on: it no longer counts against what its peer may have open, see {@link
     * ListenerEvents#streams}. Only of a stream that the peer has opened; does nothing where the engine cannot give credit but
     * for streams that have ended.
     */
    default void inUse() {}

    /**
     * Ends the stream in order: a FIN after what was written, and no more reading; a read that blocks throws IOException. The
     * peer is told to stop sending (STOP_SENDING) only if it sends something that was not read, or does so later: a peer
     * that holds the stream in stock gives it up when it is told, and what was written with it. Never throws.
     */
    void close();

    /**
     * Ends both directions at once (RESET_STREAM and STOP_SENDING). Never throws.
     *
     * @param applicationErrorCode what to tell the peer
     */
    void reset(long applicationErrorCode);

    /**
     * Ends the receiving direction only (STOP_SENDING); a blocked read throws IOException. Never throws.
     *
     * @param applicationErrorCode what to tell the peer
     */
    void stopReceiving(long applicationErrorCode);
}
