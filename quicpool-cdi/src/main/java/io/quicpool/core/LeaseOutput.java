package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** The sending side of a taken stream: the engine's, with a write time-out, which an engine's blocked write lacks. */
final class LeaseOutput extends OutputStream {

    private final EngineStream stream;
    private final OutputStream engine;
    private final StreamId id;
    private final PoolThreads threads;
    private volatile Duration timeout = Duration.ZERO;
    private volatile boolean timedOut;

    LeaseOutput(EngineStream stream, StreamId id, PoolThreads threads) {
        this.stream = stream;
        this.engine = stream.output();
        this.id = id;
        this.threads = threads;
    }

    void timeout(Duration longest) {
        if (longest.isNegative()) {
            throw new IllegalArgumentException("write time-out = " + longest + ": must not be negative");
        }
        timeout = longest;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Duration longest = timeout;
        if (timedOut) {
            throw tooLate(longest);
        }
        if (longest.isZero()) {
            engine.write(bytes, offset, length);
            return;
        }
        try {
            TimeLimit.within(longest, threads, this::giveUp, () -> {
                engine.write(bytes, offset, length);
                return length;
            });
        } catch (IOException e) {
            throw timedOut ? tooLate(longest) : e;
        }
    }

    // What was written in part cannot be taken back, so nothing of it is of use.
    private void giveUp() {
        timedOut = true;
        stream.reset(StreamErrors.TOO_SLOW);
    }

    private SocketTimeoutException tooLate(Duration longest) {
        return new SocketTimeoutException("stream " + id + ": the peer took nothing more within " + longest.toMillis()
                + " ms; the stream is reset");
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
