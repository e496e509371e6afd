package io.quicpool.transport.kwik;

import java.io.IOException;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.stream.SendBuffer;

/**
 * The send buffer of a stream, which another thread than the sender's may clear: when this side resets the stream, or the peer stops it.
 * kwik's own buffer then throws on the sender's thread, which ends the whole connection. Here a blocked writer also learns of the end
 * without an interrupt, so that an interrupt is always the caller's own.
 */
final class SteadySendBuffer extends SendBuffer {

    private boolean ended;

    SteadySendBuffer(int size) {
        super(size);
    }

    @Override
    public synchronized void write(byte[] data, int offset, int length) throws IOException, InterruptedException {
        while (getMaxSize() - getAvailableBytes() < length && !ended) {
            wait();
        }
        if (ended) {
            throw new IOException("sending has ended");
        }
        super.write(data, offset, length);
    }

    @Override
    public synchronized StreamFrame getStreamFrame(Version version, int stream, long offset, int max) {
        StreamFrame frame = super.getStreamFrame(version, stream, offset, max);
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
        ended = true;
        notifyAll();
    }
}
