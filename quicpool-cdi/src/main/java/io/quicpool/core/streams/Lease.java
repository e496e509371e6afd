package io.quicpool.core.streams;

import io.quicpool.PooledStream;
import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.TlsSession;
import io.quicpool.core.threads.TimeLimits;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A taken slot as its caller sees it. Tells the pool exactly once that it has ended, and adds the time-outs of reads and
 * writes, which the engines' blocking calls lack.
 */
public final class Lease implements PooledStream {

    /** Bytes that a stream takes without blocking, whatever else the connection has to send: {@code UnsentBytes.FEW}, less an id. */
    public static final int MAX_UNBLOCKED = 2000;

    private static final long MAX_ERROR_CODE = (1L << 62) - 1;

    private final Slot slot;
    private final PoolStreams pool;
    // Made when they are asked for, so that taking a stream allocates little. Threads that ask at once may get
    // different ones, which makes no difference.
    private @Nullable InputStream input;
    private @Nullable OutputStream output;
    // In nanoseconds, 0 for none.
    private volatile long readTimeout;
    private volatile long writeTimeout;
    private volatile boolean readTimedOut;
    private volatile boolean writeTimedOut;

    Lease(Slot slot, PoolStreams pool) {
        this.slot = slot;
        this.pool = pool;
        readTimeout(pool.timeouts().read());
        writeTimeout(pool.timeouts().write());
    }

    @Override
    public StreamId id() {
        return slot.id();
    }

    @Override
    public InputStream inputStream() {
        InputStream made = input;
        if (made == null) {
            made = new Input();
            input = made;
        }
        return made;
    }

    @Override
    public OutputStream outputStream() {
        OutputStream made = output;
        if (made == null) {
            made = new Output();
            output = made;
        }
        return made;
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

    private EngineStream stream() {
        return slot.stream();
    }

    /** The slot that was taken. */
    public Slot slot() {
        return slot;
    }

    // ---- time-outs

    @Override
    public void readTimeout(Duration timeout) {
        readTimeout = checked("read", timeout);
    }

    @Override
    public void writeTimeout(Duration timeout) {
        writeTimeout = checked("write", timeout);
    }

    private static long checked(String what, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(what + " timeout = " + timeout + ": must not be negative");
        }
        return Deadline.nanos(timeout);
    }

    /** Whether a read or a write has timed out. */
    public boolean timedOut() {
        return readTimedOut || writeTimedOut;
    }

    private void endRead() {
        readTimedOut = true;
        stream().stopReceiving(StreamErrors.TOO_SLOW);
    }

    // A partial write cannot be undone, so none of it is of use.
    private void endWrite() {
        writeTimedOut = true;
        stream().reset(StreamErrors.TOO_SLOW);
    }

    private SocketTimeoutException timeoutException(String what, long nanos, String outcome) {
        return new SocketTimeoutException(
                "stream " + id() + ": " + what + " within " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms; " + outcome);
    }

    // Fences, because an object may be unreachable while one of its methods runs, and then the pool would reset the
    // stream.

    private final class Input extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            InputStream engine = stream().input();
            long nanos = readTimeout;
            if (readTimedOut) {
                throw timedOut(nanos);
            }
            try {
                if (nanos == 0 || engine.available() > 0) {
                    return engine.read(buffer, offset, length);
                }
                return pool.limits().within(nanos, Lease.this::endRead, () -> engine.read(buffer, offset, length));
            } catch (IOException e) {
                throw readTimedOut ? timedOut(nanos) : e;
            } finally {
                Reference.reachabilityFence(Lease.this);
            }
        }

        private SocketTimeoutException timedOut(long nanos) {
            return timeoutException("nothing received", nanos, "its receiving side is closed");
        }

        @Override
        public int available() throws IOException {
            return readTimedOut ? 0 : stream().input().available();
        }

        @Override
        public void close() throws IOException {
            stream().input().close();
        }
    }

    private final class Output extends OutputStream {

        @Override
        public void write(int oneByte) throws IOException {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            OutputStream engine = stream().output();
            withinTimeout(() -> {
                engine.write(bytes, offset, length);
                return length;
            });
        }

        private void writeLast(byte[] bytes) throws IOException {
            withinTimeout(() -> {
                stream().writeLast(bytes, 0, bytes.length);
                return bytes.length;
            });
        }

        private void withinTimeout(TimeLimits.Call<Integer> write) throws IOException {
            long nanos = writeTimeout;
            if (writeTimedOut) {
                throw timedOut(nanos);
            }
            if (nanos == 0) {
                try {
                    write.call();
                } finally {
                    Reference.reachabilityFence(Lease.this);
                }
                return;
            }
            try {
                pool.limits().within(nanos, Lease.this::endWrite, write);
            } catch (IOException e) {
                throw writeTimedOut ? timedOut(nanos) : e;
            }
            if (writeTimedOut) {
                // The write completed at the moment of its time-out. The stream is still reset.
                throw timedOut(nanos);
            }
        }

        private SocketTimeoutException timedOut(long nanos) {
            return timeoutException("the peer accepted no more data", nanos, "the stream is reset");
        }

        @Override
        public void flush() throws IOException {
            stream().output().flush();
        }

        @Override
        public void close() throws IOException {
            stream().output().close();
        }
    }

    /** Writes these bytes, and sends a FIN with the last of them. Blocks as a write does. */
    public void writeLast(byte[] bytes) throws IOException {
        ((Output) outputStream()).writeLast(bytes);
    }

    // ---- its end

    @Override
    public void failed(Throwable cause) {
        pool.failed(slot, Objects.requireNonNull(cause, "cause"));
    }

    @Override
    public void close() {
        try {
            pool.close(slot);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void reset(long applicationErrorCode) {
        if (applicationErrorCode < 0 || applicationErrorCode > MAX_ERROR_CODE) {
            throw new IllegalArgumentException(
                    "application error code = " + applicationErrorCode + ": must be from 0 to 2^62-1");
        }
        try {
            pool.reset(slot, applicationErrorCode);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return "stream " + slot + " of " + pool.label();
    }
}
