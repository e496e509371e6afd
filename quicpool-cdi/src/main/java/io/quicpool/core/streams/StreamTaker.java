package io.quicpool.core.streams;

import io.quicpool.PoolBusyException;
import io.quicpool.PoolClosedException;
import io.quicpool.PoolObserver.WaitEnd;
import io.quicpool.PoolState;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.core.report.Reason;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Takes streams for callers: an idle one that is alive, else by waiting. */
public final class StreamTaker {

    private final StreamSource source;

    public StreamTaker(StreamSource source) {
        this.source = source;
    }

    public PooledStream take(@Nullable StreamId id, Duration timeout) throws InterruptedException {
        Slot slot = takeNow(id);
        if (slot != null) {
            return lease(slot, null);
        }
        long start = System.nanoTime();
        long timeoutNanos = Deadline.nanos(timeout);
        if (timeoutNanos <= 0) {
            throw noneIdle(id, start);
        }
        while (true) {
            Waiter waiter = new Waiter(id, start);
            if (!source.addWaiter(waiter) && waiter.giveUp()) {
                throw tooManyWaiters(start);
            }
            slot = awaitSlot(waiter, timeoutNanos);
            if (slot == null) {
                continue; // one of several pools was closed, others are open
            }
            if (slot.stream().alive()) {
                waited(start, WaitEnd.SERVED);
                return lease(slot, null);
            }
            source.streams(slot).discard(slot);
        }
    }

    public CompletableFuture<PooledStream> takeAsync(
            @Nullable StreamId id, Duration timeout, @Nullable Executor executor) {
        AsyncTake take = new AsyncTake(this, source, id, Deadline.nanos(timeout), executor);
        take.begin();
        return take;
    }

    @Nullable Slot takeNow(@Nullable StreamId id) {
        if (source.lifecycleState() != PoolState.RUNNING) {
            throw closed(System.nanoTime());
        }
        return source.takeNow(id);
    }

    PooledStream lease(Slot slot, @Nullable TakenBy by) {
        return source.streams(slot).lease(slot, by);
    }

    private void giveBack(Slot slot) {
        source.streams(slot).giveBack(slot);
    }

    // Null when closing one of several pools ended the wait.
    private @Nullable Slot awaitSlot(Waiter waiter, long timeoutNanos) throws InterruptedException {
        try {
            long left = timeoutNanos - (System.nanoTime() - waiter.since());
            // The waiter may be served, or the pool closed, at the moment of the time-out. Then that counts.
            if (!waiter.await(left) && waiter.giveUp()) {
                throw timedOut(waiter.id(), waiter.since());
            }
        } catch (InterruptedException e) {
            Slot served = waiter.giveUp() ? null : waiter.slot();
            if (served != null) {
                giveBack(served);
            }
            waited(waiter.since(), WaitEnd.INTERRUPTED);
            throw e;
        } finally {
            source.removeWaiter(waiter);
        }
        Slot slot = waiter.slot();
        if (slot == null && source.lifecycleState() != PoolState.RUNNING) {
            waited(waiter.since(), WaitEnd.CLOSED);
            throw closed(waiter.since());
        }
        return slot;
    }

    /** A wait that began at this nano time has ended. */
    void waited(long start, WaitEnd end) {
        source.metrics().waited(start, end);
    }

    // ---- why there is no stream

    /** No stream is idle, and the caller does not wait. */
    PoolTimeoutException noneIdle(@Nullable StreamId id, long start) {
        if (id == null) {
            source.reportExhausted();
        }
        return timedOut(id, start);
    }

    PoolTimeoutException timedOut(@Nullable StreamId id, long start) {
        Duration elapsed = since(start);
        waited(start, WaitEnd.TIMED_OUT);
        return new PoolTimeoutException(
                source.label(),
                (id == null ? "no stream" : "no stream " + id) + " within " + elapsed.toMillis() + " ms"
                        + (source.maxInUseReached() ? ", max-in-use is reached" : ""),
                elapsed,
                source.recentSnapshot(),
                source.lastError());
    }

    PoolClosedException closed(long start) {
        return new PoolClosedException(
                source.label(), "the pool is closed", since(start), source.recentSnapshot(), null);
    }

    PoolBusyException tooManyWaiters(long start) {
        return refused("too many callers are waiting (max-waiting)", start);
    }

    PoolBusyException refused(String why, long start) {
        source.metrics().refused(Reason.Refused.CALLERS);
        return new PoolBusyException(source.label(), why, since(start), source.recentSnapshot(), source.lastError());
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
