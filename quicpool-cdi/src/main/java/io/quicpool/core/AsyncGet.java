package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A get that does not block. It is decided on the thread that brings a stream, on the timer, or by its caller; it is completed, and
 * so what depends on it runs, on a worker of its own. However its caller ends it, it stops waiting, and a stream that was meant for
 * it goes to the next in line.
 */
final class AsyncGet extends ExecutorFuture<PooledStream> {

    private final StreamTaker getter;
    private final StreamSource source;
    private final @Nullable StreamId id;
    private final long start = System.nanoTime();
    private final long longest;
    private volatile @Nullable Waiter waiter;
    private volatile @Nullable Future<?> alarm;
    // The caller has ended it, or is about to. Written before the waiter is read, where the waiter is written before
    // this is read.
    private volatile boolean left;

    AsyncGet(
            StreamTaker getter, StreamSource source, @Nullable StreamId id, long longest, @Nullable Executor executor) {
        super(executor);
        this.getter = getter;
        this.source = source;
        this.id = id;
        this.longest = longest;
    }

    /** Takes what is there, else begins to wait. On the caller's thread. */
    void begin() {
        try {
            takeOrWait();
        } catch (RuntimeException e) {
            end(e);
        }
    }

    private void takeOrWait() {
        Slot slot = getter.takeNow(id);
        if (slot != null) {
            super.complete(getter.handOut(slot));
        } else if (longest <= 0) {
            throw getter.missed(id, start);
        } else if (source.threads().workers().full()) {
            throw getter.refused("the dependents of " + CompletionThreads.MOST + " asynchronous gets block", start);
        } else {
            await();
            Future<?> timer = source.threads().decideAfter(Duration.ofNanos(left()), this::timeIsUp);
            alarm = timer;
            if (isDone()) {
                timer.cancel(false);
            }
        }
    }

    private long left() {
        return Math.max(0, longest - (System.nanoTime() - start));
    }

    private void await() {
        Waiter mine = new Waiter(id, start, () -> source.threads().workers().execute(this::finish));
        waiter = mine;
        if (!source.await(mine) && mine.giveUp()) {
            throw getter.tooMany(start);
        }
        if (left) {
            leave();
        } else if (left() == 0) {
            timeIsUp();
        }
    }

    // On the timer; the caller's code would hold it up.
    private void timeIsUp() {
        Waiter mine = waiter;
        if (mine != null && mine.giveUp()) {
            source.forget(mine);
            source.threads().workers().execute(() -> end(getter.timedOut(id, start)));
        }
    }

    // On a worker: the waiter was served, or a pool that it waited at is closed.
    private void finish() {
        Waiter mine = waiter;
        Slot slot = mine == null ? null : mine.slot();
        if (mine != null) {
            source.forget(mine);
        }
        try {
            if (slot != null) {
                served(slot);
            } else if (!left && source.life() == PoolState.RUNNING) {
                await(); // one of several pools closed
            } else {
                end(getter.closed(start));
            }
        } catch (RuntimeException e) {
            end(e);
        }
    }

    private void served(Slot slot) {
        if (!slot.stream().alive()) {
            source.owner(slot).discard(slot);
            await();
        } else if (left || isDone()) {
            getter.giveBack(slot);
        } else {
            disarm();
            source.metrics().waits.add(System.nanoTime() - start);
            if (!super.complete(getter.handOut(slot))) {
                getter.takeBack(slot);
            }
        }
    }

    private void end(RuntimeException failure) {
        disarm();
        super.completeExceptionally(failure);
    }

    private void disarm() {
        Future<?> timer = alarm;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    // Before the future is complete: what depends on it may block the caller's thread.
    private void leave() {
        left = true;
        disarm();
        Waiter mine = waiter;
        if (mine != null && mine.giveUp()) {
            source.forget(mine);
        }
    }

    // ---- how its caller may end it; time-outs of CompletableFuture come here too

    @Override
    public boolean complete(PooledStream value) {
        leave();
        return super.complete(value);
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        leave();
        return super.completeExceptionally(failure);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        leave();
        return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public void obtrudeValue(PooledStream value) {
        leave();
        super.obtrudeValue(value);
    }

    @Override
    public void obtrudeException(Throwable failure) {
        leave();
        super.obtrudeException(failure);
    }

    @Override
    public CompletableFuture<PooledStream> completeAsync(Supplier<? extends PooledStream> supplier, Executor executor) {
        return super.completeAsync(
                () -> {
                    try {
                        return supplier.get();
                    } finally {
                        leave();
                    }
                },
                executor);
    }
}
