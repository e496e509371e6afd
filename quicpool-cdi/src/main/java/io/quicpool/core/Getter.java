package io.quicpool.core;

import io.quicpool.PoolClosedException;
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

    private final Source source;

    Getter(Source source) {
        this.source = source;
    }

    PooledStream get(@Nullable StreamId id, Duration timeout) throws InterruptedException {
        Slot slot = takeNow(id);
        if (slot != null) {
            return handOut(slot);
        }
        long start = System.nanoTime();
        long longest = Nanos.of(timeout);
        while (true) {
            Waiter waiter = new Waiter(id, start);
            source.await(waiter);
            slot = outcome(waiter, longest);
            if (slot == null) {
                continue; // one of several pools closed, the others go on
            }
            if (slot.stream().alive()) {
                source.metrics().waits.add(System.nanoTime() - start);
                return handOut(slot);
            }
            source.owner(slot).discard(slot);
        }
    }

    private @Nullable Slot takeNow(@Nullable StreamId id) {
        if (source.life() != PoolState.RUNNING) {
            throw closed(Duration.ZERO);
        }
        return source.takeNow(id);
    }

    private PooledStream handOut(Slot slot) {
        CorePool owner = source.owner(slot);
        owner.metrics.handedOut.increment();
        if (Policy.low(owner.stock.idle(), owner.capacity())) {
            owner.replenish();
        }
        return new Lease(slot, owner);
    }

    // Null when the wait was ended by the close of a pool although the source goes on.
    private @Nullable Slot outcome(Waiter waiter, long longest) throws InterruptedException {
        try {
            long left = longest - (System.nanoTime() - waiter.since());
            return waiter.outcome().get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            if (waiter.outcome().cancel(false)) {
                throw timedOut(waiter);
            }
            // The time was over at the moment when it was served, or when the pool closed: that is what happened then.
            return waiter.outcome().isCancelled()
                    ? afterClose(waiter)
                    : waiter.outcome().join();
        } catch (CancellationException e) {
            return afterClose(waiter);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a wait ends by a stream or by cancelling", e);
        } catch (InterruptedException e) {
            if (!waiter.outcome().cancel(false) && !waiter.outcome().isCancelled()) {
                // It was served at the same moment: the stream goes to the next in line.
                giveBack(waiter.outcome().join());
            }
            throw e;
        } finally {
            source.forget(waiter);
        }
    }

    private @Nullable Slot afterClose(Waiter waiter) {
        if (source.life() != PoolState.RUNNING) {
            throw closed(since(waiter));
        }
        return null;
    }

    private void giveBack(Slot slot) {
        source.owner(slot).giveBack(slot);
    }

    private PoolClosedException closed(Duration elapsed) {
        return new PoolClosedException(source.name(), "is closed", elapsed, source.snapshot(), null);
    }

    private PoolTimeoutException timedOut(Waiter waiter) {
        source.metrics().timeouts.increment();
        Duration elapsed = since(waiter);
        return new PoolTimeoutException(
                source.name(),
                (waiter.id() == null ? "no stream" : "no stream " + waiter.id()) + " within " + elapsed.toMillis()
                        + " ms",
                elapsed,
                source.snapshot(),
                source.lastError());
    }

    private static Duration since(Waiter waiter) {
        return Duration.ofNanos(System.nanoTime() - waiter.since());
    }

    CompletableFuture<PooledStream> getAsync(@Nullable StreamId id, Duration timeout) {
        CompletableFuture<PooledStream> result = new CompletableFuture<>();
        try {
            Slot slot = takeNow(id);
            if (slot != null) {
                result.complete(handOut(slot));
            } else {
                awaitAsync(id, System.nanoTime(), Nanos.of(timeout), result);
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private void awaitAsync(@Nullable StreamId id, long start, long longest, CompletableFuture<PooledStream> result) {
        Waiter waiter = new Waiter(id, start);
        source.await(waiter);
        Future<?> alarm = source.threads()
                .decideAfter(Duration.ofNanos(Math.max(0, longest - (System.nanoTime() - start))), () -> {
                    if (waiter.outcome().completeExceptionally(new TimeoutException())) {
                        source.forget(waiter);
                    }
                });
        giveUpWhenCancelled(result, waiter);
        // Completing runs the caller's code, which has no place on the thread that brings the stream.
        var unused = waiter.outcome()
                .whenCompleteAsync(
                        (slot, failure) -> {
                            alarm.cancel(false);
                            source.forget(waiter);
                            if (failure == null) {
                                served(slot, waiter, longest, result);
                            } else if (failure instanceof TimeoutException) {
                                result.completeExceptionally(timedOut(waiter));
                            } else if (source.life() == PoolState.RUNNING && !result.isDone()) {
                                awaitAsync(id, start, longest, result); // one of several pools closed
                            } else {
                                result.completeExceptionally(closed(since(waiter)));
                            }
                        },
                        source.threads().workers());
    }

    private void giveUpWhenCancelled(CompletableFuture<PooledStream> result, Waiter waiter) {
        var unused = result.whenComplete((stream, failure) -> {
            if (result.isCancelled() && waiter.outcome().cancel(false)) {
                source.forget(waiter);
            }
        });
    }

    private void served(Slot slot, Waiter waiter, long longest, CompletableFuture<PooledStream> result) {
        if (!slot.stream().alive()) {
            source.owner(slot).discard(slot);
            awaitAsync(waiter.id(), waiter.since(), longest, result);
            return;
        }
        if (result.isDone()) {
            giveBack(slot);
            return;
        }
        source.metrics().waits.add(System.nanoTime() - waiter.since());
        if (!result.complete(handOut(slot))) {
            giveBack(slot);
        }
    }
}
