package io.quicpool.core;

import io.quicpool.PoolListener;
import io.quicpool.PoolState;
import io.quicpool.StreamErrors;
import io.quicpool.transport.Connection;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A pool's way from NEW to CLOSED. One caller of {@link #close} does the work, the others wait for it.
 *
 * <pre>
 * NEW --start--&gt; RUNNING --close--&gt; CLOSING --&gt; CLOSED
 *  \---------------close-------------^
 * </pre>
 */
final class Lifecycle {

    /** How long connections may take to say farewell, and threads to end. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    /** How long what was written may take to be acknowledged by a peer. */
    private static final Duration DELIVERY = Duration.ofSeconds(2);

    private final CorePool pool;
    private final AtomicReference<PoolState> state = new AtomicReference<>(PoolState.NEW);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition drained = lock.newCondition();

    Lifecycle(CorePool pool) {
        this.pool = pool;
    }

    PoolState state() {
        return state.get();
    }

    void start() {
        if (state.compareAndSet(PoolState.NEW, PoolState.RUNNING)) {
            pool.threads.decideEvery(CorePool.HOUSEKEEPING, this::keepHouse);
        }
    }

    // What it throws must not end the house-keeping of a pool that goes on.
    private void keepHouse() {
        try {
            pool.housekeeping();
        } catch (RuntimeException e) {
            pool.log.log(Level.ERROR, pool.name + ": house-keeping failed", e);
        }
    }

    /** A taken stream has ended. */
    void oneEnded() {
        if (state.get() == PoolState.CLOSING && pool.stock.taken() == 0) {
            lock.lock();
            try {
                drained.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    void close(Duration drainTimeout) {
        boolean first = state.compareAndSet(PoolState.RUNNING, PoolState.CLOSING)
                || state.compareAndSet(PoolState.NEW, PoolState.CLOSING);
        boolean interrupted = false;
        try {
            if (first) {
                interrupted = closing(drainTimeout);
            } else if (!pool.threads.inside()) {
                closed.await();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // An interrupt ends the waiting, not the closing. Says whether there was one.
    private boolean closing(Duration drainTimeout) {
        boolean interrupted = false;
        pool.log.log(Level.INFO, "{0}: closing, {1} streams in use", pool.name, pool.stock.taken());
        pool.closing();
        pool.stock.close();
        retireIdle();
        try {
            drain(drainTimeout);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        endTaken();
        try {
            pool.closeConnections(FAREWELL);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        pool.listeners.tell(this::tellClosed);
        state.set(PoolState.CLOSED);
        try {
            if (!pool.threads.close(FAREWELL) && !pool.threads.inside()) {
                pool.log.log(Level.WARNING, "{0}: a listener or handler still runs after {1}", pool.name, FAREWELL);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        pool.log.log(Level.INFO, "{0}: closed", pool.name);
        closed.countDown();
        return interrupted;
    }

    private void tellClosed(PoolListener listener) {
        listener.closed(pool);
    }

    private void retireIdle() {
        for (Slot slot : pool.stock.live()) {
            pool.retire(slot, Reason.Evicted.CLOSED);
        }
    }

    private void drain(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (left > 0 && pool.stock.taken() > 0) {
                left = drained.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        // What the last streams said may still be on its way; a peer that has gone must not cost the whole time.
        for (Connection connection : pool.connections()) {
            long rest = Math.min(deadline - System.nanoTime(), DELIVERY.toNanos());
            if (rest > 0) {
                connection.awaitDelivered(Duration.ofNanos(rest));
            }
        }
    }

    private void endTaken() {
        for (Slot slot : pool.stock.live()) {
            if (slot.isTaken() && pool.stock.end(slot)) {
                slot.stream().reset(StreamErrors.RETIRED);
            }
        }
    }
}
