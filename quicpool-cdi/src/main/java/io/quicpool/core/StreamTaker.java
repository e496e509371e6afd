package io.quicpool.core;

import io.quicpool.PoolBusyException;
import io.quicpool.PoolClosedException;
import io.quicpool.PoolState;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Takes streams for callers: at once where the stock has one that is alive, else by waiting. */
final class StreamTaker {

    private final StreamSource source;

    StreamTaker(StreamSource source) {
        this.source = source;
    }

    PooledStream get(@Nullable StreamId id, Duration timeout) throws InterruptedException {
        Slot slot = takeNow(id);
        if (slot != null) {
            return handOut(slot);
        }
        long start = System.nanoTime();
        long longest = TimeoutNanos.of(timeout);
        if (longest <= 0) {
            throw missed(id, start);
        }
        while (true) {
            Waiter waiter = new Waiter(id, start);
            if (!source.await(waiter) && waiter.giveUp()) {
                throw tooMany(start);
            }
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

    CompletableFuture<PooledStream> getAsync(@Nullable StreamId id, Duration timeout, @Nullable Executor executor) {
        AsyncGet get = new AsyncGet(this, source, id, TimeoutNanos.of(timeout), executor);
        get.begin();
        return get;
    }

    @Nullable Slot takeNow(@Nullable StreamId id) {
        if (source.life() != PoolState.RUNNING) {
            throw closed(System.nanoTime());
        }
        return source.takeNow(id);
    }

    PooledStream handOut(Slot slot) {
        CorePool owner = source.owner(slot);
        Lease lease = owner.handOut(slot);
        if (Policy.low(owner.stock.idle(), owner.capacity())) {
            owner.replenish();
        }
        return lease;
    }

    /** What was handed out has not reached its caller. */
    void takeBack(Slot slot) {
        source.owner(slot).metrics.handedOut.decrement();
        giveBack(slot);
    }

    void giveBack(Slot slot) {
        source.owner(slot).giveBack(slot);
    }

    // Null when the wait was ended by the close of a pool although the source goes on.
    private @Nullable Slot outcome(Waiter waiter, long longest) throws InterruptedException {
        try {
            long left = longest - (System.nanoTime() - waiter.since());
            // At the moment when the time is over it may be served, or the pool be closed: then that is what happened.
            if (!waiter.await(left) && waiter.giveUp()) {
                throw timedOut(waiter.id(), waiter.since());
            }
        } catch (InterruptedException e) {
            Slot served = waiter.giveUp() ? null : waiter.slot();
            if (served != null) {
                giveBack(served);
            }
            throw e;
        } finally {
            source.forget(waiter);
        }
        Slot slot = waiter.slot();
        if (slot == null && source.life() != PoolState.RUNNING) {
            throw closed(waiter.since());
        }
        return slot;
    }

    // ---- why there is no stream

    /** There is none, and the caller does not wait. */
    PoolTimeoutException missed(@Nullable StreamId id, long start) {
        if (id == null) {
            source.shortage();
        }
        return timedOut(id, start);
    }

    PoolTimeoutException timedOut(@Nullable StreamId id, long start) {
        source.metrics().timeouts.increment();
        Duration elapsed = since(start);
        return new PoolTimeoutException(
                source.name(),
                (id == null ? "no stream" : "no stream " + id) + " within " + elapsed.toMillis() + " ms",
                elapsed,
                source.standing(),
                source.lastError());
    }

    PoolClosedException closed(long start) {
        return new PoolClosedException(source.name(), "is closed", since(start), source.standing(), null);
    }

    PoolBusyException tooMany(long start) {
        return refused("as many callers wait as may (max-waiting)", start);
    }

    PoolBusyException refused(String why, long start) {
        source.metrics().refused(Reason.Refused.CALLERS);
        return new PoolBusyException(source.name(), why, since(start), source.standing(), source.lastError());
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
