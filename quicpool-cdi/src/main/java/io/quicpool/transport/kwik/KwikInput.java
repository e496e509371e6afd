package io.quicpool.transport.kwik;

import io.quicpool.transport.engine.StreamInput;
import java.io.IOException;
import java.io.InputStream;
import tech.kwik.core.QuicStream;

/**
 * The receiving side of a stream of kwik. It reads from kwik's buffer and waits by itself, because kwik's own read swallows interrupts of
 * its callers, interrupts them to report an end, and drops data that had arrived when the connection ended.
 */
final class KwikInput extends StreamInput {

    private final KwikStream stream;
    private final InputStream quic;
    private final KwikInternals.Received received;
    private volatile long bytesRead;

    KwikInput(KwikStream stream, InputStream quic) {
        super(stream);
        this.stream = stream;
        this.quic = quic;
        this.received = KwikInternals.received(quic);
    }

    long bytesRead() {
        return bytesRead;
    }

    /** Nothing more is received. Not when the peer has reset the stream. */
    void abort(QuicStream kwik, long code) {
        received.abort(kwik, code);
    }

    @Override
    protected void wake() {
        synchronized (received.monitor()) {
            received.monitor().notifyAll();
        }
    }

    // kwik keeps the data until it aborts reading.
    @Override
    protected boolean discard() {
        wake();
        return stream.hasUnread();
    }

    // After the connection has ended, kwik adds nothing to its buffer.
    @Override
    protected boolean isLost() {
        return !stream.connection().alive();
    }

    // kwik notifies the monitor when data arrives.
    @Override
    protected int takeOrWait(byte[] buffer, int offset, int length) throws IOException, InterruptedException {
        int taken;
        synchronized (received.monitor()) {
            while ((taken = takeNow(buffer, offset, length)) == 0) {
                received.monitor().wait();
            }
        }
        if (received.isEmpty()) {
            stream.clearSmallPieces();
        }
        stream.onRead(bytesRead);
        return taken;
    }

    // One thread reads at a time, so bytesRead has one writer.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @Override
    protected int take(byte[] buffer, int offset, int length) {
        int taken = received.take(buffer, offset, length, isAllRead());
        bytesRead += Math.max(0, taken);
        return taken;
    }

    @Override
    public int available() {
        try {
            return isReading() ? quic.available() : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
