package io.quicpool.transport.kwik;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * The receiving side of a stream of kwik. It reads from kwik's buffer and waits by itself, because kwik's own read swallows interrupts of
 * its callers, interrupts them to report an end, and drops data that had arrived when the connection ended.
 */
final class KwikInput extends InputStream {

    private static final String STOPPED = "receiving was stopped";

    private final KwikStream stream;
    private final InputStream quic;
    private final KwikInternals.Received received;
    private volatile long bytesRead;
    private volatile boolean stopped;

    KwikInput(KwikStream stream, InputStream quic) {
        this.stream = stream;
        this.quic = quic;
        this.received = KwikInternals.received(quic);
    }

    long bytesRead() {
        return bytesRead;
    }

    /** Reading throws from now on, and so does a blocked read. */
    void stop() {
        stopped = true;
        wake();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Wakes a blocked reader, which checks whether the stream or the connection has ended. */
    void wake() {
        synchronized (received.monitor()) {
            received.monitor().notifyAll();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int read = readOrWait(buffer, offset, length);
        if (received.isEmpty()) {
            stream.clearSmallPieces();
        }
        stream.onRead(bytesRead);
        return read;
    }

    // kwik notifies the monitor when data arrives.
    private int readOrWait(byte[] buffer, int offset, int length) throws IOException {
        synchronized (received.monitor()) {
            while (true) {
                // Read before the buffer: data that came before the end of the connection can still be read.
                boolean connected = stream.kwik().alive();
                int read = take(buffer, offset, length);
                if (read != 0) {
                    return read;
                }
                if (!connected) {
                    throw stream.kwik().explain(new IOException("connection closed"));
                }
                try {
                    received.monitor().wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw (InterruptedIOException) new InterruptedIOException("interrupted while reading").initCause(e);
                }
            }
        }
    }

    // One thread reads at a time, so bytesRead has one writer.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private int take(byte[] buffer, int offset, int length) throws IOException {
        if (stopped) {
            throw new IOException(STOPPED);
        }
        if (stream.isReset()) {
            throw stream.kwik().explain(new IOException("Stream reset by peer, code " + stream.peerError()));
        }
        int read = received.take(buffer, offset, length);
        bytesRead += Math.max(0, read);
        return read;
    }

    @Override
    public int available() {
        try {
            return stopped ? 0 : quic.available();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        stream.stopReading();
    }
}
