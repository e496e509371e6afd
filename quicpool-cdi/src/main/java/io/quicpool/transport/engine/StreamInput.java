package io.quicpool.transport.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The receiving part of a stream (RFC 9000, section 3.2): its states, and blocking reads. The engine keeps what has arrived.
 *
 * <pre>
 * by the peer:  RECV --FIN--&gt; SIZE_KNOWN --everything read--&gt; DATA_READ
 *               RECV, SIZE_KNOWN --RESET_STREAM--&gt; RESET_RECVD
 *               RECV --connection lost--&gt; LOST        (what has arrived can still be read)
 *
 * by this side: READING --closed--&gt; IGNORING --data came, or comes--&gt; STOPPED   (STOP_SENDING)
 *               READING --reset, stopReceiving--&gt; STOPPED
 * </pre>
 *
 * <p>Each transition is one compare-and-set. Then a blocked reader is woken, which checks the states again. One thread reads at a time.
 */
public abstract class StreamInput extends InputStream {

    private enum State {
        RECV,
        SIZE_KNOWN,
        DATA_READ,
        RESET_RECVD,
        LOST
    }

    private enum Reader {
        READING,
        IGNORING,
        STOPPED
    }

    // Not an AtomicReference for each: a pool has many idle streams.
    private static final AtomicReferenceFieldUpdater<StreamInput, State> STATE =
            AtomicReferenceFieldUpdater.newUpdater(StreamInput.class, State.class, "state");
    private static final AtomicReferenceFieldUpdater<StreamInput, Reader> READER =
            AtomicReferenceFieldUpdater.newUpdater(StreamInput.class, Reader.class, "reader");

    private final AbstractStream stream;
    private volatile State state = State.RECV;
    private volatile Reader reader = Reader.READING;
    private volatile @Nullable Throwable failure;

    protected StreamInput(AbstractStream stream) {
        this.stream = stream;
    }

    // ---- what the engine adds

    /** Calls {@link #takeNow} under the engine's lock, and waits for a change while that returns 0. */
    protected abstract int takeOrWait(byte[] buffer, int offset, int length) throws IOException, InterruptedException;

    /** Takes what has arrived. Returns 0 if nothing has, and -1 at the end. Under the engine's lock. */
    protected abstract int take(byte[] buffer, int offset, int length);

    /** Wakes a blocked reader. */
    protected abstract void wake();

    /** Drops what has arrived, and wakes a blocked reader. Returns whether the peer has sent something that was not read. */
    protected abstract boolean discard();

    @Override
    public abstract int available();

    // ---- states

    /** Whether more may come: no FIN, no RESET_STREAM, no loss of the connection so far. */
    public final boolean isOpen() {
        return state == State.RECV;
    }

    /** Whether the FIN has come. */
    public final boolean isFinished() {
        State now = state;
        return now == State.SIZE_KNOWN || now == State.DATA_READ;
    }

    final boolean isReadable() {
        State now = state;
        return now == State.RECV || now == State.SIZE_KNOWN;
    }

    /** Whether everything before the FIN is read. */
    protected final boolean isAllRead() {
        return state == State.DATA_READ;
    }

    /** The FIN has come. */
    public final void fin() {
        STATE.compareAndSet(this, State.RECV, State.SIZE_KNOWN);
    }

    final boolean allRead() {
        return STATE.compareAndSet(this, State.SIZE_KNOWN, State.DATA_READ);
    }

    final void peerReset() {
        if (STATE.compareAndSet(this, State.RECV, State.RESET_RECVD)
                || STATE.compareAndSet(this, State.SIZE_KNOWN, State.RESET_RECVD)) {
            discard();
        }
    }

    /** Nothing more comes. What has arrived can still be read. */
    public final void lost(@Nullable Throwable why) {
        failure = failure == null ? why : failure;
        STATE.compareAndSet(this, State.RECV, State.LOST);
        wake();
    }

    /** Whether nothing more arrives after what has. */
    protected boolean isLost() {
        return state == State.LOST;
    }

    /** Whether somebody may still read. */
    public final boolean isReading() {
        return reader == Reader.READING;
    }

    final boolean isIgnoring() {
        return reader == Reader.IGNORING;
    }

    final boolean stop() {
        boolean first = READER.getAndSet(this, Reader.STOPPED) != Reader.STOPPED;
        discard();
        return first;
    }

    /**
     * Nothing is read from now on. STOP_SENDING follows only if the peer has sent or sends something: a peer that holds the stream as
     * idle would evict it on STOP_SENDING, and lose what was written to it.
     */
    @Override
    public final void close() {
        // In this order; the engine adds data first. So one of the two sees both.
        READER.compareAndSet(this, Reader.READING, Reader.IGNORING);
        if (discard()) {
            stream.unreadDataCame();
        }
    }

    // ---- reading

    /** Takes what has arrived, or throws if it must not be read. Returns 0 when the caller has to wait, and -1 at the end. */
    protected final int takeNow(byte[] buffer, int offset, int length) throws IOException {
        if (!isReading()) {
            throw new IOException("receiving was stopped");
        }
        if (state == State.RESET_RECVD) {
            throw stream.connection().explain(new IOException("Stream reset by peer, code " + stream.peerError()));
        }
        // Asked before the data is: what came before the loss can still be read.
        boolean lost = isLost();
        // At the end too: an engine may give credit back only when it has been asked there.
        int taken = take(buffer, offset, length);
        if (taken == 0 && lost) {
            throw stream.connection().explain(failure);
        }
        return taken;
    }

    @Override
    public final int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        try {
            return takeOrWait(buffer, offset, length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted while reading").initCause(e);
        }
    }

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public String toString() {
        return state + " " + reader + ", available " + available();
    }
}
