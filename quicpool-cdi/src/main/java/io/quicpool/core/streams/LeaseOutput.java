package io.quicpool.core.streams;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.core.threads.TimeLimits;
import io.quicpool.core.threads.TimeoutNanos;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The sending side of a taken stream. Adds a write time-out, which the engines' blocking writes lack. */
final class LeaseOutput extends OutputStream {

    private final EngineStream stream;
    private final OutputStream engine;
    private final StreamId id;
    private final TimeLimits limits;
    // In nanoseconds, 0 for none.
    private volatile long timeout;
    private volatile boolean timedOut;

    LeaseOutput(EngineStream stream, StreamId id, TimeLimits limits) {
        this.stream = stream;
        this.engine = stream.output();
        this.id = id;
        this.limits = limits;
    }

    boolean timedOut() {
        return timedOut;
    }

    void timeout(Duration max) {
        if (max.isNegative()) {
            throw new IllegalArgumentException("write timeout = " + max + ": must not be negative");
        }
        timeout = TimeoutNanos.of(max);
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        long timeoutNanos = timeout;
        if (timedOut) {
            throw timeoutException(timeoutNanos);
        }
        if (timeoutNanos == 0) {
            engine.write(bytes, offset, length);
            return;
        }
        try {
            limits.within(timeoutNanos, this::onTimeout, () -> {
                engine.write(bytes, offset, length);
                return length;
            });
        } catch (IOException e) {
            throw timedOut ? timeoutException(timeoutNanos) : e;
        }
        if (timedOut) {
            // The write completed at the moment of its time-out. The stream is still reset.
            throw timeoutException(timeoutNanos);
        }
    }

    // A partial write cannot be undone, so none of it is of use.
    private void onTimeout() {
        timedOut = true;
        stream.reset(StreamErrors.TOO_SLOW);
    }

    private SocketTimeoutException timeoutException(long timeoutNanos) {
        return new SocketTimeoutException("stream " + id + ": the peer accepted no more data within "
                + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms; the stream is reset");
    }

    @Override
    public void flush() throws IOException {
        engine.flush();
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }
}
