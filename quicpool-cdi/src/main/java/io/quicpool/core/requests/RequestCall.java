package io.quicpool.core.requests;

import io.quicpool.PoolBusyException;
import io.quicpool.PoolClosedException;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.RequestException;
import io.quicpool.RequestFailedException;
import io.quicpool.RequestLostException;
import io.quicpool.RequestObserver.End;
import io.quicpool.RequestRefusedException;
import io.quicpool.RequestTimeoutException;
import io.quicpool.RequestTooLargeException;
import io.quicpool.StreamErrors;
import io.quicpool.core.report.RequestEvents;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.Opening;
import io.quicpool.core.streams.TakenBy;
import io.quicpool.core.threads.EndableFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request and what its caller gets. It takes a stream, and an {@link Attempt} sends it there. An attempt that surely reached no handler
 * is followed by another. The answer, the timer, the caller or a failed attempt decides how it ends, whichever is first.
 *
 * <pre>
 * open, else take --stream--&gt; Attempt --answer--&gt; decided
 *          ^                  |  \----failed, time-out, cancelled--&gt; decided
 *          \-----not handled--/
 * </pre>
 *
 * <p>The first attempt is made on a stream that is opened for it, where the peer takes requests without an id. All others, and what does not
 * succeed there, take an idle stream.
 */
final class RequestCall extends EndableFuture<byte[]> {

    private final Requests requests;
    private final Executor completion;
    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final long start = System.nanoTime();
    private final long timeoutNanos;
    private final @Nullable RequestEvents events;
    private final AtomicBoolean decided = new AtomicBoolean();
    // Each is written before decided is read. Who decides reads them after that. So one of the two threads sees both.
    private volatile @Nullable CompletableFuture<PooledStream> take;
    private volatile @Nullable Attempt attempt;
    private volatile @Nullable Future<?> timer;
    // One attempt at a time.
    private volatile boolean refused;

    /**
     * Makes one that has not begun.
     *
     * @param completion completes the future; dependents may block it
     */
    RequestCall(Requests requests, Executor completion, byte[] bytes, int offset, int length, long timeoutNanos) {
        super(null);
        this.requests = requests;
        this.completion = completion;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.timeoutNanos = timeoutNanos;
        this.events = requests.source().metrics().requested();
    }

    byte[] bytes() {
        return bytes;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    Requests requests() {
        return requests;
    }

    private long remainingNanos() {
        return Math.max(0, timeoutNanos - (System.nanoTime() - start));
    }

    private String elapsed() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms";
    }

    // ---- its stream

    /** Gets a stream, now or later, and begins an attempt. Does not block. */
    void begin() {
        Opening opening = requests.source().openingForRequest();
        if (opening == null) {
            take();
            return;
        }
        timer = requests.after(remainingNanos(), this::timeOut);
        TakenBy by = requests.source().wantsCallers() ? TakenBy.thisThread() : null;
        long since = System.nanoTime();
        // On this thread, or on the engine's.
        opening.connection().openStream().whenComplete((stream, failure) -> {
            Lease lease = failure != null ? null : opening.streams().leaseNew(stream, since, by);
            if (lease == null) {
                requests.work(this::take);
            } else {
                begin(new Attempt(this, lease, true));
            }
        });
    }

    // On a caller's thread or a worker's.
    private void take() {
        CompletableFuture<PooledStream> taking = requests.take(remainingNanos());
        take = taking;
        if (decided.get()) {
            taking.cancel(false);
        }
        // On this thread, or on a worker thread.
        var unused = taking.whenComplete((stream, failure) -> {
            if (stream != null) {
                begin(new Attempt(this, (Lease) stream, false));
            } else {
                notTaken(failure);
            }
        });
    }

    private void begin(Attempt next) {
        attempt = next;
        if (timer == null) {
            timer = requests.after(remainingNanos(), this::timeOut);
        }
        if (decided.get()) {
            cancelTimer();
            next.end(StreamErrors.CANCELLED);
        } else {
            next.begin();
        }
    }

    private void notTaken(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof PoolTimeoutException) {
            fail(new RequestTimeoutException(
                    message("no stream within " + elapsed() + "; nothing was sent"), false, cause));
        } else if (cause instanceof PoolBusyException) {
            fail(new RequestRefusedException(message("too many callers are waiting (max-waiting)"), cause));
        } else if (cause instanceof PoolClosedException) {
            fail(new RequestRefusedException(message("the pool is closed"), cause));
        } else {
            fail(new RequestLostException(message("no stream could be taken"), false, cause));
        }
    }

    String message(String what) {
        return requests.message(what);
    }

    // ---- how it ends

    /** The answer has come. Returns false when another outcome was first. */
    boolean answered(byte[] answer) {
        if (!decide(End.ANSWERED)) {
            return false;
        }
        completion.execute(() -> settle(answer));
        return true;
    }

    /** An attempt failed, or no stream came. */
    void fail(RequestException failure) {
        if (decide(end(failure))) {
            completion.execute(() -> settleExceptionally(failure));
        }
    }

    private static End end(RequestException failure) {
        if (failure instanceof RequestTimeoutException) {
            return End.TIMED_OUT;
        } else if (failure instanceof RequestRefusedException) {
            return End.REFUSED;
        } else if (failure instanceof RequestFailedException) {
            return End.FAILED;
        }
        return failure instanceof RequestTooLargeException ? End.TOO_LARGE : End.LOST;
    }

    /** An attempt reached no handler: repeats the request, unless the peer refused it twice. */
    void repeat(boolean peerBusy, RequestRefusedException failure) {
        if (decided.get()) {
            return;
        }
        if (peerBusy && refused) {
            fail(failure);
        } else if (remainingNanos() == 0) {
            timeOut();
        } else {
            if (peerBusy) {
                refused = true;
            }
            // The thread is the engine's, which may have to read the next stream.
            requests.work(this::take);
        }
    }

    // On the timer thread. A thread that waits for a stream has a time-out of its own, which says more.
    private void timeOut() {
        if (decide(End.TIMED_OUT)) {
            Attempt current = attempt;
            boolean sent = current != null && current.timedOut();
            cancelTake();
            completion.execute(() -> settleExceptionally(new RequestTimeoutException(
                    message("no answer within " + elapsed()
                            + (sent ? "; the request may have been handled" : "; nothing was sent")),
                    sent,
                    null)));
        }
    }

    @Override
    protected void endedByCaller() {
        if (decide(End.CANCELLED)) {
            Attempt current = attempt;
            if (current != null) {
                current.end(StreamErrors.CANCELLED);
            }
            cancelTake();
        }
    }

    private boolean decide(End end) {
        if (!decided.compareAndSet(false, true)) {
            return false;
        }
        if (events != null) {
            events.ended(end);
        }
        cancelTimer();
        return true;
    }

    private void cancelTimer() {
        Future<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    // A stream that it took in the same moment goes to begin().
    private void cancelTake() {
        CompletableFuture<PooledStream> taking = take;
        if (taking != null) {
            taking.cancel(false);
        }
    }
}
