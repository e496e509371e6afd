package io.quicpool.core.requests;

import io.quicpool.PooledStream;
import io.quicpool.RequestException;
import io.quicpool.core.streams.StreamSource;
import io.quicpool.core.streams.StreamTaker;
import io.quicpool.transport.Deadline;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;

/** Sends requests on streams of a client pool, or of a group of them. Thread-safe. */
public final class Requests {

    private final StreamSource source;
    private final StreamTaker taker;
    private final int maxAnswer;

    /**
     * Makes the requests of a pool.
     *
     * @param maxAnswer maximum size of an answer, in bytes
     */
    public Requests(StreamSource source, int maxAnswer) {
        this.source = source;
        this.taker = new StreamTaker(source);
        this.maxAnswer = maxAnswer;
    }

    /** Sends these bytes. See {@link io.quicpool.ClientPool#request}. */
    public CompletableFuture<byte[]> send(byte[] bytes, int offset, int length, Duration timeout) {
        return send(this::work, bytes, offset, length, timeout);
    }

    private CompletableFuture<byte[]> send(
            Executor completion, byte[] bytes, int offset, int length, Duration timeout) {
        if (length == 0) {
            throw new IllegalArgumentException(source.label() + ": a request has at least one byte");
        }
        RequestCall call = new RequestCall(this, completion, bytes, offset, length, Deadline.nanos(timeout));
        call.begin();
        return call;
    }

    /** Sends the remaining bytes of a buffer. */
    public CompletableFuture<byte[]> send(ByteBuffer buffer, Duration timeout) {
        if (buffer.hasArray()) {
            return send(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining(), timeout);
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return send(copy, 0, copy.length, timeout);
    }

    /** Sends these bytes and waits for the answer. */
    public byte[] sendAndWait(byte[] bytes, Duration timeout) throws RequestException, InterruptedException {
        // Nobody else has the future: to complete it only wakes this thread.
        CompletableFuture<byte[]> call = send(Runnable::run, bytes, 0, bytes.length, timeout);
        try {
            return call.get();
        } catch (InterruptedException e) {
            call.cancel(false);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RequestException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    int maxAnswer() {
        return maxAnswer;
    }

    StreamSource source() {
        return source;
    }

    CompletableFuture<PooledStream> take(long nanos) {
        return taker.takeAsync(null, Duration.ofNanos(nanos), null);
    }

    Future<?> after(long nanos, Runnable action) {
        return source.threads().decideAfter(Duration.ofNanos(nanos), action);
    }

    /** Runs it on a thread that may block. */
    void work(Runnable action) {
        source.threads().workers().execute(action);
    }

    String message(String what) {
        return source.label() + ": " + what;
    }
}
