package io.quicpool.core.streams;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.core.threads.TimeLimits;
import io.quicpool.core.threads.TimeoutNanos;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The receiving side of a taken stream. Adds a read time-out, which the engines' blocking reads lack. */
final class LeaseInput extends InputStream {

    private final EngineStream stream;
    private final InputStream engine;
    private final StreamId id;
    private final TimeLimits limits;
    // In nanoseconds, 0 for none.
    private volatile long timeout;
    private volatile boolean timedOut;

    LeaseInput(EngineStream stream, StreamId id, TimeLimits limits) {
        this.stream = stream;
        this.engine = stream.input();
        this.id = id;
        this.limits = limits;
    }

    boolean timedOut() {
        return timedOut;
    }

    void timeout(Duration max) {
        if (max.isNegative()) {
            throw new IllegalArgumentException("read timeout = " + max + ": must not be negative");
        }
        timeout = TimeoutNanos.of(max);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        long timeoutNanos = timeout;
        if (timedOut) {
            throw timeoutException(timeoutNanos);
        }
        if (timeoutNanos == 0 || engine.available() > 0) {
            return engine.read(buffer, offset, length);
        }
        try {
            return limits.within(timeoutNanos, this::onTimeout, () -> engine.read(buffer, offset, length));
        } catch (IOException e) {
            throw timedOut ? timeoutException(timeoutNanos) : e;
        }
    }

    private void onTimeout() {
        timedOut = true;
        stream.stopReceiving(StreamErrors.TOO_SLOW);
    }

    private SocketTimeoutException timeoutException(long timeoutNanos) {
        return new SocketTimeoutException("stream " + id + ": nothing received within "
                + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms; its receiving side is closed");
    }

    @Override
    public int available() throws IOException {
        return timedOut ? 0 : engine.available();
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }
}
