package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Takes streams for callers: at once where the stock has one that is alive, else by waiting. */
final class Getter {

    // More than anybody waits; keeps nano time arithmetic from overflowing.
    private static final long LONGEST = TimeUnit.DAYS.toNanos(365 * 100);

    private final CorePool pool;
    private final Stock stock;

    Getter(CorePool pool) {
        this.pool = pool;
        this.stock = pool.stock;
    }

    PooledStream get(@Nullable StreamId id, Duration timeout) throws InterruptedException {
        Slot slot = takeAlive(id);
        if (slot != null) {
            return handOut(slot);
        }
        long start = System.nanoTime();
        long longest = nanos(timeout);
        while (true) {
            Waiter waiter = begin(id, start);
            slot = outcome(waiter, start, longest);
            if (slot.stream().alive()) {
                pool.metrics.waits.add(System.nanoTime() - start);
                return handOut(slot);
            }
            pool.discard(slot);
        }
    }

    private static long nanos(Duration timeout) {
        try {
            return Math.min(LONGEST, timeout.toNanos());
        } catch (ArithmeticException endless) {
            return LONGEST;
        }
    }

    private @Nullable Slot takeAlive(@Nullable StreamId id) {
        if (pool.state() != PoolState.RUNNING) {
            throw pool.closedException(Duration.ZERO, null);
        }
        while (true) {
            Slot slot = id == null ? stock.takeAny() : stock.take(id);
            if (slot == null || slot.stream().alive()) {
                return slot;
            }
            pool.discard(slot);
        }
    }

    private PooledStream handOut(Slot slot) {
        pool.metrics.handedOut.increment();
        if (Policy.low(stock.idle(), pool.capacity())) {
            pool.replenish();
        }
        return new Lease(slot, pool);
    }

    private Waiter begin(@Nullable StreamId id, long start) {
        Waiter waiter = stock.await(id, start);
        if (id == null && !waiter.outcome().isDone()) {
            pool.shortage();
        }
        return waiter;
    }

    private Slot outcome(Waiter waiter, long start, long longest) throws InterruptedException {
        try {
            long left = longest - (System.nanoTime() - start);
            return waiter.outcome().get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            if (waiter.outcome().cancel(false)) {
                stock.forget(waiter);
                throw timedOut(waiter, start);
            }
            return served(waiter, start);
        } catch (CancellationException e) {
            throw pool.closedException(since(start), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a wait ends by a stream or by cancelling", e);
        } catch (InterruptedException e) {
            if (waiter.outcome().cancel(false)) {
                stock.forget(waiter);
            } else if (!waiter.outcome().isCancelled()) {
                // It was served at the same moment: the stream goes to the next in line.
                stock.giveBack(waiter.outcome().join());
            }
            throw e;
        }
    }

    // The time was over at the moment when it was served, or when the pool closed: that is what happened then.
    private Slot served(Waiter waiter, long start) {
        if (waiter.outcome().isCancelled()) {
            throw pool.closedException(since(start), null);
        }
        return waiter.outcome().join();
    }

    private PoolTimeoutException timedOut(Waiter waiter, long start) {
        pool.metrics.timeouts.increment();
        Duration elapsed = since(start);
        return new PoolTimeoutException(
                pool.name(),
                (waiter.id() == null ? "no stream" : "no stream " + waiter.id()) + " within " + elapsed.toMillis()
                        + " ms",
                elapsed,
                pool.snapshot(),
                pool.metrics.lastError());
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    CompletableFuture<PooledStream> getAsync(@Nullable StreamId id, Duration timeout) {
        CompletableFuture<PooledStream> result = new CompletableFuture<>();
        try {
            Slot slot = takeAlive(id);
            if (slot != null) {
                result.complete(handOut(slot));
            } else {
                awaitAsync(id, System.nanoTime(), nanos(timeout), result);
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private void awaitAsync(@Nullable StreamId id, long start, long longest, CompletableFuture<PooledStream> result) {
        Waiter waiter = begin(id, start);
        if (waiter.outcome().isCancelled()) {
            result.completeExceptionally(pool.closedException(since(start), null));
            return;
        }
        Future<?> alarm = pool.threads()
                .decideAfter(Duration.ofNanos(Math.max(0, longest - (System.nanoTime() - start))), () -> {
                    if (waiter.outcome().completeExceptionally(new TimeoutException())) {
                        stock.forget(waiter);
                    }
                });
        forgetWhenCancelled(result, waiter);
        // Completing runs the caller's code, which has no place on the thread that brings the stream.
        var unused = waiter.outcome()
                .whenCompleteAsync(
                        (slot, failure) -> {
                            alarm.cancel(false);
                            if (failure == null) {
                                served(slot, waiter, longest, result);
                            } else if (failure instanceof TimeoutException) {
                                result.completeExceptionally(timedOut(waiter, start));
                            } else {
                                result.completeExceptionally(pool.closedException(since(start), null));
                            }
                        },
                        pool.threads().workers());
    }

    private void forgetWhenCancelled(CompletableFuture<PooledStream> result, Waiter waiter) {
        var unused = result.whenComplete((stream, failure) -> {
            if (result.isCancelled() && waiter.outcome().cancel(false)) {
                stock.forget(waiter);
            }
        });
    }

    private void served(Slot slot, Waiter waiter, long longest, CompletableFuture<PooledStream> result) {
        if (!slot.stream().alive()) {
            pool.discard(slot);
            awaitAsync(waiter.id(), waiter.since(), longest, result);
            return;
        }
        if (result.isDone()) {
            stock.giveBack(slot);
            return;
        }
        pool.metrics.waits.add(System.nanoTime() - waiter.since());
        if (!result.complete(handOut(slot))) {
            stock.giveBack(slot);
        }
    }
}
