package io.quicpool.transport.kwik;

import io.quicpool.transport.UnsentBytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicStream;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.DataBlockedFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.StreamDataBlockedFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.generic.VariableLengthInteger;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.FlowControlUpdateListener;
import tech.kwik.core.stream.RetransmitBuffer;

/**
 * What a stream sends, up to its FIN or RESET_STREAM (RFC 9000, section 3.1). kwik's own output ends the whole connection when a stream is
 * reset while the sender's thread takes data from it. It keeps data and FIN for ever when the peer stops a stream that was closed, never
 * leaves the tables of flow control after a reset, and interrupts the threads of blocked writers.
 *
 * <pre>
 * OPEN --close--&gt; CLOSING --all sent--&gt; SENT
 *   \----------------\--reset--&gt; RESET
 * OPEN, CLOSING --the connection ends--&gt; ABORTED
 * </pre>
 *
 * <p>All is guarded by this; the state can be read without it. kwik's flow control calls {@link #streamNotBlocked} with a lock of its own,
 * which takes no other.
 */
final class OutgoingData extends OutputStream implements FlowControlUpdateListener {

    private enum State {
        OPEN,
        CLOSING,
        SENT,
        RESET,
        ABORTED
    }

    /** Bytes that may wait to be sent. */
    static final int SIZE = 50 * 1024;

    // Type, stream id, offset, length, and a byte of data (RFC 9000, section 19.8), where the first two numbers are
    // long.
    private static final int MIN_FRAME = 1 + 8 + 8 + 2 + 1;
    private static final int TYPE_AND_LENGTH = 1 + 2;

    // Not an atomic object for each: a pool has many idle streams.
    private static final AtomicIntegerFieldUpdater<OutgoingData> REQUESTED =
            AtomicIntegerFieldUpdater.newUpdater(OutgoingData.class, "requested");

    private final QuicConnectionImpl connection;
    private final QuicStream stream;
    private final FlowControl flow;
    private final UnsentBytes ofConnection;
    // 1 from a request to the sender until it asks for a frame.
    private volatile int requested;
    // Null until a frame is lost.
    private @Nullable RetransmitBuffer lost;
    // Small at first: idle streams send nothing.
    private final Queue<ByteBuffer> data = new ArrayDeque<>(1);
    private volatile State state = State.OPEN;
    private int waiting;
    private @Nullable Runnable whenSent;
    // Of the next byte to send. Only the sender's thread changes it.
    private long offset;
    private long blockedAt = -1;

    OutgoingData(QuicConnectionImpl connection, QuicStream stream, FlowControl flow, UnsentBytes ofConnection) {
        this.connection = connection;
        this.stream = stream;
        this.flow = flow;
        this.ofConnection = ofConnection;
    }

    // ---- writing

    /** The most bytes to write at once. */
    int piece() {
        return ofConnection.most(SIZE / 2);
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    /** Waits until the bytes fit, at most {@link #piece} of them. */
    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        write(bytes, from, length, false);
    }

    /** With {@code last}, a FIN goes with the bytes. */
    void write(byte[] bytes, int from, int length, boolean last) throws IOException {
        synchronized (this) {
            checkOpen();
            try {
                long pause = pause(length);
                while (pause != UnsentBytes.NO_PAUSE) {
                    wait(pause);
                    checkOpen();
                    pause = pause(length);
                }
            } catch (InterruptedException e) {
                throw (InterruptedIOException) new InterruptedIOException("interrupted while writing").initCause(e);
            }
            data.add(ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, from + length)));
            count(length);
            state = last ? State.CLOSING : state;
        }
        request();
    }

    private long pause(int length) {
        return ofConnection.pauseMillis(length, waiting, SIZE);
    }

    /** Throws if nothing more can be written. */
    @Override
    public void flush() throws IOException {
        checkOpen();
    }

    private void checkOpen() throws IOException {
        switch (state) {
            case OPEN -> {}
            case CLOSING, SENT -> throw new IOException("output stream already closed");
            case RESET -> throw new IOException("output stream is reset");
            case ABORTED -> throw new IOException("output aborted because connection is closed");
        }
    }

    /** Sends a FIN after what was written. */
    @Override
    public void close() {
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            state = State.CLOSING;
            notifyAll();
        }
        request();
    }

    // ---- the end

    /** Sends RESET_STREAM, unless everything was sent. */
    void reset(long code) {
        synchronized (this) {
            if (state != State.OPEN && state != State.CLOSING) {
                return;
            }
            state = State.RESET;
            discard();
        }
        // On the sender's thread, which alone knows the final size.
        connection.send(
                size -> resetFrame(code),
                ResetStreamFrame.getMaximumFrameSize(stream.getStreamId(), code),
                EncryptionLevel.App,
                this::sendAgain,
                true);
        runIfSent();
    }

    private QuicFrame resetFrame(long code) {
        end();
        return new ResetStreamFrame(stream.getStreamId(), code, offset);
    }

    private void sendAgain(QuicFrame reset) {
        connection.send(reset, this::sendAgain, true);
    }

    /** The connection has ended: nothing more can be written. */
    synchronized void abort() {
        if (state == State.OPEN || state == State.CLOSING) {
            state = State.ABORTED;
            discard();
        }
    }

    private void discard() {
        data.clear();
        count(-waiting);
        notifyAll();
    }

    private void count(int bytes) {
        waiting += bytes;
        ofConnection.add(bytes);
    }

    private void end() {
        flow.unregister(stream);
        flow.streamClosed(stream);
        KwikInternals.outputEnded(stream);
    }

    /** Whether data or a FIN waits to be sent. */
    synchronized boolean hasUnsent() {
        return state == State.CLOSING || waiting > 0 || (state == State.SENT && hasLost());
    }

    /** Runs an action once, when nothing is left to be sent. For a stream that was closed. The action must not block. */
    void whenSent(Runnable action) {
        synchronized (this) {
            whenSent = action;
        }
        runIfSent();
    }

    private void runIfSent() {
        Runnable action = null;
        synchronized (this) {
            if (state == State.SENT || state == State.RESET) {
                action = whenSent;
                whenSent = null;
            }
        }
        if (action != null) {
            action.run();
        }
    }

    // ---- the sender's thread

    private void request() {
        if (requested == 0 && REQUESTED.compareAndSet(this, 0, 1)) {
            connection.send(this::frame, MIN_FRAME, EncryptionLevel.App, this::lost, true);
        }
    }

    /** The peer lets this side send more. On kwik's receiver thread, which holds the lock of its flow control. */
    @Override
    public void streamNotBlocked(int streamId) {
        request();
    }

    private void lost(QuicFrame frame) {
        if (frame instanceof StreamFrame ofData) {
            synchronized (this) {
                lost = lost == null ? new RetransmitBuffer() : lost;
                lost.add(ofData);
            }
            request();
        }
    }

    private boolean hasLost() {
        return lost != null && lost.hasDataToRetransmit();
    }

    private @Nullable QuicFrame frame(int size) {
        requested = 0;
        QuicFrame frame;
        boolean more;
        boolean ended;
        synchronized (this) {
            if (state == State.RESET) {
                return null;
            }
            QuicFrame again = lost == null ? null : lost.getFrameToRetransmit(size);
            frame = again == null ? nextFrame(size) : again;
            more = frame != null && (waiting > 0 || state == State.CLOSING || hasLost());
            ended = frame instanceof StreamFrame ofData && ofData.isFinal() && state == State.CLOSING;
            if (ended) {
                state = State.SENT;
                more = hasLost();
            }
        }
        if (more) {
            request();
        }
        if (ended) {
            end();
            runIfSent();
        }
        return frame;
    }

    private @Nullable QuicFrame nextFrame(int size) {
        if (state != State.OPEN && state != State.CLOSING) {
            return null;
        }
        // A byte is left, so that the sender asks its queue again, which may fill the packet (PathWatch).
        int room = size
                - 1
                - TYPE_AND_LENGTH
                - VariableLengthInteger.bytesNeeded(stream.getStreamId())
                - VariableLengthInteger.bytesNeeded(offset);
        int length = Math.min(waiting, room);
        length = (int) (flow.increaseFlowControlLimit(stream, offset + length) - offset);
        boolean fin = state == State.CLOSING && length == waiting;
        if (length > 0 || fin) {
            StreamFrame frame = new StreamFrame(stream.getStreamId(), offset, take(length), fin);
            offset += length;
            return frame;
        }
        if (waiting > 0 && blockedAt != offset) {
            // Once for each offset (RFC 9000, section 4.1).
            blockedAt = offset;
            return blocked();
        }
        return null;
    }

    private @Nullable QuicFrame blocked() {
        return switch (flow.getFlowControlBlockReason(stream)) {
            case STREAM_DATA_BLOCKED -> new StreamDataBlockedFrame(Version.getDefault(), stream.getStreamId(), offset);
            case DATA_BLOCKED -> new DataBlockedFrame(flow.getConnectionDataLimit());
            case NOT_BLOCKED -> null;
        };
    }

    private byte[] take(int length) {
        ByteBuffer taken = ByteBuffer.allocate(length);
        while (taken.hasRemaining()) {
            ByteBuffer first = data.element();
            int part = Math.min(first.remaining(), taken.remaining());
            taken.put(taken.position(), first, first.position(), part).position(taken.position() + part);
            first.position(first.position() + part);
            if (!first.hasRemaining()) {
                data.remove();
            }
        }
        count(-length);
        notifyAll();
        return taken.array();
    }
}
