package io.quicpool.core;

import io.quicpool.PoolListener;
import io.quicpool.PoolState;
import io.quicpool.StreamErrors;
import io.quicpool.transport.Connection;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    /**
     * How long after the time for draining connections may take to say farewell, and threads to end: closing takes a second more than
     * that at most, whatever blocks.
     */
    static final Duration FAREWELL = Duration.ofMillis(900);

    /** Of that, what threads have when connections take all they may. */
    private static final Duration FOR_THREADS = Duration.ofMillis(300);

    /** How long each of the two is waited for when time for draining is left. */
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(5);

    /** How long what was written may take to be acknowledged by a peer. */
    private static final Duration DELIVERY = Duration.ofSeconds(2);

    private final CorePool pool;
    private final AtomicReference<PoolState> state = new AtomicReference<>(PoolState.NEW);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition oneLess = lock.newCondition();

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

    // What it throws, for want of memory say, must not end the house-keeping of a pool that goes on.
    private void keepHouse() {
        try {
            pool.housekeeping();
        } catch (RuntimeException | Error e) {
            report(e);
        }
    }

    private void report(Throwable e) {
        try {
            pool.log.log(Level.ERROR, pool.name + ": house-keeping failed", e);
        } catch (OutOfMemoryError again) {
            // Nor is there any memory to say so.
        }
    }

    /** A taken stream has ended. */
    void oneEnded() {
        if (state.get() == PoolState.CLOSING) {
            lock.lock();
            try {
                oneLess.signalAll();
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
            } else if (!pool.threads.inside()
                    && !closed.await(TimeoutNanos.of(drainTimeout) + FAREWELL.toNanos(), TimeUnit.NANOSECONDS)) {
                pool.log.log(Level.DEBUG, "{0}: somebody else closes it, and gives it more time", pool.name);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // An interrupt ends the waiting, not the closing, nor does an error. Says whether there was an interrupt.
    private boolean closing(Duration drainTimeout) {
        boolean interrupted = false;
        long end = System.nanoTime() + TimeoutNanos.of(drainTimeout) + FAREWELL.toNanos();
        pool.log.log(Level.INFO, "{0}: closing, {1} streams in use", pool.name, pool.stock.taken());
        try {
            pool.closing();
            pool.stock.close();
            retireIdle();
            drain(drainTimeout);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            interrupted |= end(end);
        }
        return interrupted;
    }

    private static Duration until(long deadline) {
        long left = deadline - System.nanoTime();
        return Duration.ofNanos(Math.max(1, Math.min(left, LONGEST_FAREWELL.toNanos())));
    }

    private boolean end(long end) {
        boolean interrupted = false;
        try {
            endTaken();
            pool.closeConnections(until(end - FOR_THREADS.toNanos()));
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            pool.stock.clear();
            state.set(PoolState.CLOSED);
            try {
                interrupted |= endThreads(until(end));
            } finally {
                closed.countDown();
            }
        }
        return interrupted;
    }

    private boolean endThreads(Duration timeout) {
        boolean interrupted = false;
        pool.listeners.tell(this::tellClosed);
        try {
            if (!pool.threads.close(timeout) && !pool.threads.inside()) {
                pool.log.log(
                        Level.WARNING,
                        "{0}: a listener or handler that was interrupted still runs, the pool closes without it",
                        pool.name);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        pool.log.log(Level.INFO, "{0}: closed", pool.name);
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
        long left = TimeoutNanos.of(timeout);
        long deadline = System.nanoTime() + left;
        Set<Connection> dismissed = new HashSet<>();
        lock.lockInterruptibly();
        try {
            while (left > 0 && pool.stock.taken() > 0) {
                dismissUnused(dismissed, deadline);
                left = oneLess.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        for (Connection connection : pool.connections()) {
            awaitDelivered(connection, deadline);
        }
    }

    // A peer whose own streams have ended need not wait for those of others: it may go where it is served.
    private void dismissUnused(Set<Connection> dismissed, long deadline) {
        for (Connection connection : pool.connections()) {
            if (!dismissed.contains(connection) && !pool.isUsed(connection) && dismissed.add(connection)) {
                pool.threads.disconnect(() -> dismiss(connection, deadline));
            }
        }
    }

    /** Closes a connection of which no stream is in use any more, once its peer has got what was written. Blocks. */
    static void dismiss(Connection connection) {
        dismiss(connection, System.nanoTime() + DELIVERY.toNanos());
    }

    private static void dismiss(Connection connection, long deadline) {
        try {
            awaitDelivered(connection, deadline);
            connection.close(0, ClientConnection.CLOSED);
        } catch (InterruptedException e) {
            // The deadline has passed: all connections are closed now.
            Thread.currentThread().interrupt();
        }
    }

    // What the last streams said may still be on its way; a peer that has gone must not cost the whole time.
    private static void awaitDelivered(Connection connection, long deadline) throws InterruptedException {
        long rest = Math.min(deadline - System.nanoTime(), DELIVERY.toNanos());
        if (rest > 0) {
            connection.awaitDelivered(Duration.ofNanos(rest));
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
