package io.quicpool.transport.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The sending part of a stream, as its writer sees it (RFC 9000, section 3.1): its states, and blocking writes. The engine may still have
 * data to send in each state.
 *
 * <pre>
 * SEND --closed--&gt; DATA_SENT
 * SEND, DATA_SENT --reset--&gt; RESET_SENT; --STOP_SENDING--&gt; STOPPED; --connection lost--&gt; LOST
 * </pre>
 *
 * <p>Each transition is one compare-and-set. Then a blocked writer is woken, which checks the state again. One thread writes at a time.
 */
public abstract class StreamOutput extends OutputStream {

    enum State {
        SEND("open"),
        DATA_SENT("the sending side is closed"),
        RESET_SENT("the stream was reset on this side"),
        STOPPED("the peer stopped receiving (STOP_SENDING)"),
        LOST("lost");

        private final String message;

        State(String message) {
            this.message = message;
        }
    }

    // Not an AtomicReference for each: a pool has many idle streams.
    private static final AtomicReferenceFieldUpdater<StreamOutput, State> STATE =
            AtomicReferenceFieldUpdater.newUpdater(StreamOutput.class, State.class, "state");

    private final AbstractStream stream;
    private volatile State state = State.SEND;
    private volatile @Nullable Throwable failure;

    protected StreamOutput(AbstractStream stream) {
        this.stream = stream;
    }

    // ---- what the engine adds

    /** The most bytes to hand over at once, now. */
    protected abstract int piece();

    /** Hands bytes over to the engine; with {@code last}, calls {@link #finish}, and a FIN goes with them. Waits while there is too much to send, see {@link io.quicpool.transport.UnsentBytes}. */
    protected abstract void send(byte[] bytes, int offset, int length, boolean last)
            throws IOException, InterruptedException;

    /** Wakes a blocked writer. */
    protected abstract void wake();

    /** Calls {@link #finish}, and sends a FIN after what was written. */
    @Override
    public abstract void close();

    // ---- states

    final boolean isOpen() {
        return state == State.SEND;
    }

    /** Whether everything is written, and only the FIN follows it. */
    protected final boolean isFinished() {
        return state == State.DATA_SENT;
    }

    /** Whether the peer or the loss of the connection has ended it. */
    final boolean isCutOff() {
        State now = state;
        return now == State.STOPPED || now == State.LOST;
    }

    final boolean isReset() {
        return state == State.RESET_SENT;
    }

    /** Everything is written. Returns whether a FIN is to follow. */
    protected final boolean finish() {
        return STATE.compareAndSet(this, State.SEND, State.DATA_SENT);
    }

    final void end(State how) {
        boolean unused = STATE.compareAndSet(this, State.SEND, how) || STATE.compareAndSet(this, State.DATA_SENT, how);
        wake();
    }

    /** Nothing more can be sent. */
    public final void lost(@Nullable Throwable why) {
        failure = failure == null ? why : failure;
        end(State.LOST);
    }

    // ---- writing

    /** Throws when nothing more can be written. */
    protected final void check() throws IOException {
        State now = state;
        AbstractConnection connection = stream.connection();
        if (now == State.LOST || !connection.alive()) {
            throw connection.explain(failure);
        }
        if (now != State.SEND) {
            throw new IOException(now.message);
        }
    }

    @Override
    public final void write(byte[] bytes, int offset, int length) throws IOException {
        write(bytes, offset, length, false);
    }

    final void writeLast(byte[] bytes, int offset, int length) throws IOException {
        write(bytes, offset, length, true);
        if (length == 0) {
            close();
        }
    }

    private void write(byte[] bytes, int offset, int length, boolean last) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        check();
        try {
            for (int done = 0; done < length; ) {
                int part = Math.min(length - done, piece());
                send(bytes, offset + done, part, last && done + part == length);
                done += part;
            }
        } catch (InterruptedException | InterruptedIOException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted while writing").initCause(e);
        }
    }

    @Override
    public final void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    /** Only checks whether more can be written: {@link #write} has handed everything over. */
    @Override
    public final void flush() throws IOException {
        check();
    }

    @Override
    public String toString() {
        return String.valueOf(state);
    }
}
