package io.quicpool.transport.kwik;

import io.quicpool.transport.UnsentBytes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.SendBuffer;

/**
 * The send buffer of a stream, which another thread than the sender's may clear: when this side resets the stream, or the peer stops it.
 * kwik's own buffer then throws on the sender's thread, which ends the whole connection. Here a blocked writer also learns of the end
 * without an interrupt, so that an interrupt is always the caller's own. It tells when a closed stream has sent everything, and holds less
 * while the whole connection has much to send.
 */
final class SteadySendBuffer extends SendBuffer {

    private final UnsentBytes ofConnection;
    private boolean ended;
    private @Nullable Runnable whenSent;

    SteadySendBuffer(int size, UnsentBytes ofConnection) {
        super(size);
        this.ofConnection = ofConnection;
    }

    /** The most bytes to write at once. */
    int piece() {
        return ofConnection.most(getMaxSize() / 2);
    }

    @Override
    public synchronized void write(byte[] data, int offset, int length) throws IOException, InterruptedException {
        while (!ended) {
            long pause = ofConnection.pauseMillis(length, getAvailableBytes(), getMaxSize());
            if (pause == UnsentBytes.NO_PAUSE) {
                break;
            }
            wait(pause);
        }
        if (ended) {
            throw new IOException("sending has ended");
        }
        super.write(data, offset, length);
        ofConnection.add(length);
    }

    @Override
    public StreamFrame getStreamFrame(Version version, int stream, long offset, int max) {
        StreamFrame frame;
        synchronized (this) {
            int before = getAvailableBytes();
            frame = super.getStreamFrame(version, stream, offset, max);
            removed(before);
        }
        runIfSent();
        return frame;
    }

    @Override
    public synchronized void close() {
        super.close();
        end();
    }

    @Override
    public void clear() {
        synchronized (this) {
            int before = getAvailableBytes();
            super.clear();
            removed(before);
        }
        runIfSent();
    }

    private void removed(int before) {
        ofConnection.add(getAvailableBytes() - before);
        notifyAll();
    }

    /** Runs an action once, when nothing is left to be sent. For a stream that was closed. The action must not block. */
    void whenSent(Runnable action) {
        synchronized (this) {
            whenSent = action;
        }
        runIfSent();
    }

    private void runIfSent() {
        Runnable action;
        synchronized (this) {
            action = hasData() ? null : whenSent;
            whenSent = action == null ? whenSent : null;
        }
        if (action != null) {
            action.run();
        }
    }

    /** The stream was reset, or its connection has ended. */
    @Override
    public synchronized void interruptBlockedWriter() {
        end();
    }

    private void end() {
        ended = true;
        notifyAll();
    }
}
