package io.quicpool.core;

import io.quicpool.PoolListener;
import io.quicpool.PoolState;
import io.quicpool.StreamErrors;
import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The states of a pool. One caller of {@link #close} does the work, the others wait for it.
 *
 * <pre>
 * NEW --start--&gt; RUNNING --close--&gt; CLOSING --&gt; CLOSED
 *  \---------------close-------------^
 * </pre>
 */
final class Lifecycle {

    /**
     * How long closing connections and threads may take after the drain time. So closing returns within a second after
     * that, whatever blocks.
     */
    static final Duration CLOSE_GRACE = Duration.ofMillis(900);

    /** The part of it that is kept for threads. */
    private static final Duration THREADS_GRACE = Duration.ofMillis(300);

    /** Maximum time for connections, and for threads, when drain time is left. */
    private static final Duration MAX_STEP = Duration.ofSeconds(5);

    /** A peer that is silent for so long while acknowledgements are outstanding is taken for lost. */
    private static final Duration MAX_SILENCE = Duration.ofSeconds(5);

    private final CorePool pool;
    private final AtomicReference<PoolState> state = new AtomicReference<>(PoolState.NEW);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition drained = lock.newCondition();
    // Guarded by lock: the connections that were closed while the pool drains, and those that still wait for
    // acknowledgements.
    private final Set<Connection> closedEarly = new HashSet<>();
    private final Set<Connection> undelivered = new HashSet<>();

    Lifecycle(CorePool pool) {
        this.pool = pool;
    }

    PoolState state() {
        return state.get();
    }

    void start() {
        if (state.compareAndSet(PoolState.NEW, PoolState.RUNNING)) {
            pool.threads.decideEvery(CorePool.CHECK_INTERVAL, this::runPeriodicCheck);
        }
    }

    // An error of one check, such as an OutOfMemoryError, must not end further checks.
    private void runPeriodicCheck() {
        try {
            pool.periodicCheck();
        } catch (RuntimeException | Error e) {
            report(e);
        }
    }

    private void report(Throwable e) {
        try {
            pool.log.error("a periodic check failed; the next one follows", e);
        } catch (OutOfMemoryError again) {
            // There is no memory for the message either.
        }
    }

    /** A taken stream has ended. */
    void streamEnded() {
        if (state.get() == PoolState.CLOSING) {
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
                interrupted = runClose(drainTimeout);
            } else if (!pool.threads.isPoolThread()
                    && !closed.await(TimeoutNanos.of(drainTimeout) + CLOSE_GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
                pool.log.debug("not closed yet: another caller allowed it more time");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // An interrupt or an error ends the wait, not the closing. Returns whether there was an interrupt.
    private boolean runClose(Duration drainTimeout) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeoutNanos.of(drainTimeout) + CLOSE_GRACE.toNanos();
        int taken = pool.idleStreams.taken();
        pool.log.info("closing, " + taken + (taken == 1 ? " stream in use" : " streams in use"));
        try {
            pool.stopAccepting();
            pool.idleStreams.close();
            evictIdle();
            drain(drainTimeout);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            interrupted |= closeConnectionsAndThreads(deadline);
        }
        return interrupted;
    }

    private static Duration remaining(long deadline) {
        long left = deadline - System.nanoTime();
        return Duration.ofNanos(Math.max(1, Math.min(left, MAX_STEP.toNanos())));
    }

    private boolean closeConnectionsAndThreads(long deadline) {
        boolean interrupted = false;
        try {
            resetTaken();
            pool.closeConnections(remaining(deadline - THREADS_GRACE.toNanos()));
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            pool.idleStreams.clear();
            state.set(PoolState.CLOSED);
            try {
                interrupted |= closeThreads(remaining(deadline));
            } finally {
                closed.countDown();
            }
        }
        return interrupted;
    }

    private boolean closeThreads(Duration timeout) {
        boolean interrupted = false;
        pool.listeners.fire(this::fireClosed);
        try {
            if (!pool.threads.close(timeout) && !pool.threads.isPoolThread()) {
                pool.log.warning("a listener or handler still runs after its interrupt; the pool closes without it");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        pool.log.info("closed");
        return interrupted;
    }

    private void fireClosed(PoolListener listener) {
        listener.closed(pool);
    }

    private void evictIdle() {
        for (Slot slot : pool.idleStreams.live()) {
            pool.evict(slot, Reason.Evicted.CLOSED);
        }
    }

    private void drain(Duration timeout) throws InterruptedException {
        long left = TimeoutNanos.of(timeout);
        long deadline = System.nanoTime() + left;
        lock.lockInterruptibly();
        try {
            while (left > 0) {
                closeUnused(deadline);
                if (pool.idleStreams.taken() == 0 && undelivered.isEmpty()) {
                    return;
                }
                left = drained.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    // A peer without streams in use is closed early, so that it connects elsewhere.
    private void closeUnused(long deadline) {
        boolean allUnused = pool.idleStreams.taken() == 0;
        for (Connection connection : pool.connections()) {
            if (!closedEarly.contains(connection) && (allUnused || !pool.hasStreamInUse(connection))) {
                closedEarly.add(connection);
                undelivered.add(connection);
                pool.threads.closeConnection(() -> closeEarly(connection, deadline));
            }
        }
    }

    private void closeEarly(Connection connection, long deadline) {
        try {
            closeAfterDelivery(connection, deadline);
        } finally {
            lock.lock();
            try {
                undelivered.remove(connection);
                drained.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Closes a connection without streams in use once its peer has acknowledged all data. Blocks. */
    static void closeAfterDelivery(Connection connection) {
        closeAfterDelivery(
                connection, System.nanoTime() + connection.idleTimeout().toNanos());
    }

    private static void closeAfterDelivery(Connection connection, long deadline) {
        try {
            awaitDelivered(connection, deadline);
            connection.close(0, ClientConnection.CLOSED);
        } catch (InterruptedException e) {
            // The deadline has passed. All connections are closed now anyway.
            Thread.currentThread().interrupt();
        }
    }

    // Data of the last streams may be in flight. A lost peer must not cost the whole drain time.
    private static void awaitDelivered(Connection connection, long deadline) throws InterruptedException {
        long left = deadline - System.nanoTime();
        if (left > 0) {
            connection.awaitDelivered(Duration.ofNanos(left), MAX_SILENCE);
        }
    }

    private void resetTaken() {
        for (Slot slot : pool.idleStreams.live()) {
            if (slot.isTaken() && pool.idleStreams.end(slot)) {
                slot.stream().reset(StreamErrors.RETIRED);
            }
        }
    }
}
