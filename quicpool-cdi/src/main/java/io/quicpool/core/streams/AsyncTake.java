package io.quicpool.core.streams;

import io.quicpool.PoolObserver.WaitEnd;
import io.quicpool.PoolState;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.core.threads.CompletionThreads;
import io.quicpool.core.threads.EndableFuture;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A take that does not block. The thread that adds a stream, the timer or the caller decides how it ends. A worker
 * thread completes it, because completion runs the dependents. When the caller ends it first, it stops waiting, and a
 * stream that was meant for it goes to the next waiter.
 */
final class AsyncTake extends EndableFuture<PooledStream> {

    private final StreamTaker taker;
    private final StreamSource source;
    private final @Nullable StreamId id;
    private final long start = System.nanoTime();
    private final long timeoutNanos;
    // Known when it has to wait. Written before the first waiter is published.
    private @Nullable TakenBy by;
    private volatile @Nullable Waiter waiter;
    private volatile @Nullable Future<?> timeoutTask;
    // The caller ends it, or has ended it. It is written before the waiter is read. The waiter is written before this
    // is read. So one of the two threads sees both.
    private volatile boolean endedByCaller;

    AsyncTake(
            StreamTaker taker,
            StreamSource source,
            @Nullable StreamId id,
            long timeoutNanos,
            @Nullable Executor executor) {
        super(executor);
        this.taker = taker;
        this.source = source;
        this.id = id;
        this.timeoutNanos = timeoutNanos;
    }

    /** Takes an idle stream or starts to wait. On the caller's thread. */
    void begin() {
        try {
            takeOrWait();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void takeOrWait() {
        Slot slot = taker.takeNow(id);
        if (slot != null) {
            settle(taker.lease(slot, null));
        } else if (timeoutNanos <= 0) {
            throw taker.noneIdle(id, start);
        } else if (source.threads().workers().full()) {
            throw taker.refused(
                    "code that depends on asynchronous takes blocks all of its " + CompletionThreads.MAX_THREADS
                            + " threads",
                    start);
        } else {
            by = source.wantsCallers() ? TakenBy.thisThread() : null;
            startWaiting();
            Future<?> timer = source.threads().decideAfter(Duration.ofNanos(remainingNanos()), this::timeOut);
            timeoutTask = timer;
            if (isDone()) {
                timer.cancel(false);
            }
        }
    }

    private long remainingNanos() {
        return Math.max(0, timeoutNanos - (System.nanoTime() - start));
    }

    private void startWaiting() {
        Waiter current = new Waiter(id, start, () -> source.threads().workers().execute(this::waiterEnded));
        waiter = current;
        if (!source.addWaiter(current) && current.giveUp()) {
            throw taker.tooManyWaiters(start);
        }
        if (endedByCaller) {
            endedByCaller();
        } else if (remainingNanos() == 0) {
            timeOut();
        }
    }

    // On the timer thread, which must not run dependents.
    private void timeOut() {
        Waiter current = waiter;
        if (current != null && current.giveUp()) {
            source.removeWaiter(current);
            source.threads().workers().execute(() -> fail(taker.timedOut(id, start)));
        }
    }

    // On a worker thread. The waiter was served, or a pool at which it waited was closed.
    private void waiterEnded() {
        Waiter current = waiter;
        Slot slot = current == null ? null : current.slot();
        if (current != null) {
            source.removeWaiter(current);
        }
        try {
            if (slot != null) {
                completeWith(slot);
            } else if (!endedByCaller && source.lifecycleState() == PoolState.RUNNING) {
                startWaiting(); // one of several pools was closed
            } else {
                taker.waited(start, endedByCaller ? WaitEnd.CANCELLED : WaitEnd.CLOSED);
                fail(taker.closed(start));
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void completeWith(Slot slot) {
        if (!slot.stream().alive()) {
            source.streams(slot).discard(slot);
            startWaiting();
        } else if (endedByCaller || isDone()) {
            source.streams(slot).giveBack(slot);
            taker.waited(start, WaitEnd.CANCELLED);
        } else {
            cancelTimeout();
            taker.waited(start, WaitEnd.SERVED);
            if (!settle(taker.lease(slot, by))) {
                source.streams(slot).undoLease(slot);
            }
        }
    }

    private void fail(RuntimeException failure) {
        cancelTimeout();
        settleExceptionally(failure);
    }

    private void cancelTimeout() {
        Future<?> timer = timeoutTask;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    protected void endedByCaller() {
        endedByCaller = true;
        cancelTimeout();
        Waiter current = waiter;
        if (current != null && current.giveUp()) {
            source.removeWaiter(current);
            taker.waited(start, WaitEnd.CANCELLED);
        }
    }
}
