package io.quicpool.transport.kwik;

import java.io.IOException;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.SendBuffer;

/**
 * What was written to a stream and is not sent yet. Whoever resets the stream, or the peer that stops it, clears that on another thread
 * than the one that sends, which in kwik's own ends with an error when it is just taking from it: and with that the whole
 * connection. And who waits for room learns of the end without being interrupted, so that an interrupt is always that of its owner.
 */
final class SteadySendBuffer extends SendBuffer {

    private boolean over;

    SteadySendBuffer(int size) {
        super(size);
    }

    @Override
    public synchronized void write(byte[] data, int offset, int length) throws IOException, InterruptedException {
        while (getMaxSize() - getAvailableBytes() < length && !over) {
            wait();
        }
        if (over) {
            throw new IOException("sending has ended");
        }
        super.write(data, offset, length);
    }

    @Override
    public synchronized StreamFrame getStreamFrame(Version version, int stream, long offset, int most) {
        StreamFrame frame = super.getStreamFrame(version, stream, offset, most);
        notifyAll();
        return frame;
    }

    @Override
    public synchronized void close() {
        super.close();
        end();
    }

    @Override
    public synchronized void clear() {
        super.clear();
        notifyAll();
    }

    /** The stream was reset, or its connection has ended. */
    @Override
    public synchronized void interruptBlockedWriter() {
        end();
    }

    private void end() {
        over = true;
        notifyAll();
    }
}
