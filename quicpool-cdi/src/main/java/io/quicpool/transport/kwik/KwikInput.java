package io.quicpool.transport.kwik;

import java.io.IOException;
import java.io.InputStream;

/** kwik's receiving side, with a count of what was read, readable errors and interrupts that stay with their owner. */
final class KwikInput extends InputStream {

    private static final String STOPPED = "receiving was stopped";

    private final KwikStream stream;
    private final InputStream quic;
    private volatile long count;
    private volatile boolean stopped;
    private volatile boolean reading;

    KwikInput(KwikStream stream, InputStream quic) {
        this.stream = stream;
        this.quic = quic;
    }

    /** How many bytes were read so far. */
    long count() {
        return count;
    }

    /** No read from now on gives anything; one that blocks goes on until kwik's side is closed. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Whether somebody reads at this moment. */
    boolean isBlocked() {
        return reading;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    // One thread reads at a time, so the count has one writer.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        // kwik swallows an interrupt and goes on to block, and interrupts a reader itself to tell it of the end. So the
        // caller's own interrupt is put aside, and one that comes with a failure is taken as kwik's.
        boolean interrupted = Thread.interrupted();
        reading = true;
        try {
            if (stopped) {
                throw new IOException(STOPPED);
            }
            int read = quic.read(buffer, offset, length);
            if (read > 0) {
                count += read;
            }
            if (quic.available() == 0) {
                stream.drained();
            }
            return read;
        } catch (IOException e) {
            interrupted |= Thread.interrupted() && !stopped && stream.alive();
            // A connection that has ended takes nothing back of what had arrived.
            int left = stopped || stream.kwik().alive() ? 0 : KwikInternals.readLeft(quic, buffer, offset, length);
            if (left != 0) {
                count += Math.max(0, left);
                return left;
            }
            throw stream.kwik().explain(stopped ? STOPPED : null, e);
        } finally {
            reading = false;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
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
