package io.quicpool.core.streams;

import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.TlsSession;
import io.quicpool.transport.EngineStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A taken slot as its caller sees it. Tells the pool exactly once that it has ended. */
public final class Lease implements PooledStream {

    private static final long MAX_ERROR_CODE = (1L << 62) - 1;

    private final Slot slot;
    private final PoolStreams pool;
    private final LeaseInput input;
    private final LeaseOutput output;

    Lease(Slot slot, PoolStreams pool) {
        this.slot = slot;
        this.pool = pool;
        this.input = new LeaseInput(slot.stream(), slot.id(), pool.limits());
        this.output = new LeaseOutput(slot.stream(), slot.id(), pool.limits());
        input.timeout(pool.timeouts().read());
        output.timeout(pool.timeouts().write());
    }

    @Override
    public StreamId id() {
        return slot.id();
    }

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    @Override
    public InetSocketAddress localAddress() {
        return stream().connection().localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return stream().connection().remoteAddress();
    }

    @Override
    public TlsSession tlsSession() {
        return stream().connection().tlsSession();
    }

    @Override
    public void readTimeout(Duration timeout) {
        input.timeout(timeout);
    }

    @Override
    public void writeTimeout(Duration timeout) {
        output.timeout(timeout);
    }

    /** Whether a read or a write has timed out. */
    public boolean timedOut() {
        return input.timedOut() || output.timedOut();
    }

    private EngineStream stream() {
        return slot.stream();
    }

    public Slot slot() {
        return slot;
    }

    @Override
    public void close() {
        pool.end(slot, () -> stream().close());
    }

    @Override
    public void reset(long applicationErrorCode) {
        if (applicationErrorCode < 0 || applicationErrorCode > MAX_ERROR_CODE) {
            throw new IllegalArgumentException(
                    "application error code = " + applicationErrorCode + ": must be from 0 to 2^62-1");
        }
        pool.end(slot, () -> stream().reset(applicationErrorCode));
    }

    @Override
    public String toString() {
        return "stream " + slot + " of " + pool.label();
    }
}
