package io.quicpool.transport.kwik;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * kwik's receiving side. It takes what has come from kwik's buffer, and waits by itself: kwik's own reading swallows the interrupts of
 * its callers, interrupts them itself to tell of an end, and gives no more of what had arrived when the connection has ended.
 */
final class KwikInput extends InputStream {

    private static final String STOPPED = "receiving was stopped";

    private final KwikStream stream;
    private final InputStream quic;
    private final KwikInternals.Received received;
    private volatile long count;
    private volatile boolean stopped;

    KwikInput(KwikStream stream, InputStream quic) {
        this.stream = stream;
        this.quic = quic;
        this.received = KwikInternals.received(quic);
    }

    /** How many bytes were read so far. */
    long count() {
        return count;
    }

    /** No read from now on gives anything; one that waits throws. */
    void stop() {
        stopped = true;
        wake();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Something has happened that whoever waits does not know: the end of the stream, or of the connection. */
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
        int read = await(buffer, offset, length);
        if (received.isEmpty()) {
            stream.drained();
        }
        stream.readTo(count);
        return read;
    }

    // kwik tells the monitor of what comes.
    private int await(byte[] buffer, int offset, int length) throws IOException {
        synchronized (received.monitor()) {
            while (true) {
                // Before that, for what comes before the end of the connection can be read.
                boolean connected = stream.kwik().alive();
                int read = take(buffer, offset, length);
                if (read != 0) {
                    return read;
                }
                if (!connected) {
                    throw stream.kwik().explain(null, new IOException("connection closed"));
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

    // One thread reads at a time, so the count has one writer.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private int take(byte[] buffer, int offset, int length) throws IOException {
        if (stopped) {
            throw new IOException(STOPPED);
        }
        if (stream.wasReset()) {
            throw stream.kwik().explain(null, new IOException("Stream reset by peer, code " + stream.peerError()));
        }
        int read = received.take(buffer, offset, length);
        count += Math.max(0, read);
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
        stream.noMoreReading();
    }
}
