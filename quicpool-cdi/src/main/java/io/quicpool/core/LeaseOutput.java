package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The sending side of a taken stream: the engine's, with a write time-out, which an engine's blocked write lacks. */
final class LeaseOutput extends OutputStream {

    private final EngineStream stream;
    private final OutputStream engine;
    private final StreamId id;
    private final TimeLimits limits;
    // In nanoseconds; 0 for none.
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

    void timeout(Duration longest) {
        if (longest.isNegative()) {
            throw new IllegalArgumentException("write time-out = " + longest + ": must not be negative");
        }
        timeout = TimeoutNanos.of(longest);
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        long longest = timeout;
        if (timedOut) {
            throw tooLate(longest);
        }
        if (longest == 0) {
            engine.write(bytes, offset, length);
            return;
        }
        try {
            limits.within(longest, this::giveUp, () -> {
                engine.write(bytes, offset, length);
                return length;
            });
        } catch (IOException e) {
            throw timedOut ? tooLate(longest) : e;
        }
        if (timedOut) {
            // The write was complete at the moment at which its time was over: the stream is reset all the same.
            throw tooLate(longest);
        }
    }

    // What was written in part cannot be taken back, so nothing of it is of use.
    private void giveUp() {
        timedOut = true;
        stream.reset(StreamErrors.TOO_SLOW);
    }

    private SocketTimeoutException tooLate(long longest) {
        return new SocketTimeoutException("stream " + id + ": the peer took nothing more within "
                + TimeUnit.NANOSECONDS.toMillis(longest) + " ms; the stream is reset");
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
