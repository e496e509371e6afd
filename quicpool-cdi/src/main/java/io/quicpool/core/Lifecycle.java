package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.core.connection.GracefulClose;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Connection;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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

    /** What a pool does when it runs and closes. */
    interface Owner {

        /** Evicts what is overdue. Timer thread, every {@link PoolThreads#CHECK_INTERVAL}. */
        void periodicCheck();

        /** The connections that are up. */
        List<Connection> connections();

        /** The pool starts to close and accepts no further peer. */
        void stopAccepting();

        /** Closes all connections and evicts streams without an id. Returns when all are released or the time is over. */
        boolean closeConnections(Duration timeout) throws InterruptedException;

        /** Tells listeners that the pool is closed. */
        void tellClosed();
    }

    /**
     * How long closing connections and threads may take after the drain time. So closing returns within a second after
     * that, whatever blocks.
     */
    static final Duration CLOSE_GRACE = Duration.ofMillis(900);

    /** The part of it that is kept for threads. */
    private static final Duration THREADS_GRACE = Duration.ofMillis(300);

    /** Maximum time for connections, and for threads, when drain time is left. */
    private static final Duration MAX_STEP = Duration.ofSeconds(5);

    private final PoolStreams streams;
    private final PoolThreads threads;
    private final PoolLog log;
    private final Owner owner;
    private final AtomicReference<PoolState> state = new AtomicReference<>(PoolState.NEW);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition drained = lock.newCondition();
    // Guarded by lock: the connections that were closed while the pool drains, and those that still wait for
    // acknowledgements.
    private final Set<Connection> closedEarly = new HashSet<>();
    private final Set<Connection> undelivered = new HashSet<>();

    Lifecycle(PoolStreams streams, PoolThreads threads, PoolLog log, Owner owner) {
        this.streams = streams;
        this.threads = threads;
        this.log = log;
        this.owner = owner;
    }

    PoolState state() {
        return state.get();
    }

    void start() {
        if (state.compareAndSet(PoolState.NEW, PoolState.RUNNING)) {
            threads.decideEvery(PoolThreads.CHECK_INTERVAL, this::runPeriodicCheck);
        }
    }

    // An error of one check, such as an OutOfMemoryError, must not end further checks.
    private void runPeriodicCheck() {
        try {
            owner.periodicCheck();
        } catch (RuntimeException | Error e) {
            report(e);
        }
    }

    private void report(Throwable e) {
        try {
            log.error("a periodic check failed; the next one follows", e);
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
            } else if (!threads.isPoolThread()
                    && !closed.await(
                            Deadline.after(drainTimeout).plus(CLOSE_GRACE).nanosLeft(), TimeUnit.NANOSECONDS)) {
                log.debug("not closed yet: another caller allowed it more time");
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
        Deadline deadline = Deadline.after(drainTimeout).plus(CLOSE_GRACE);
        int taken = streams.index().taken();
        log.info("closing, " + taken + (taken == 1 ? " stream in use" : " streams in use"));
        try {
            owner.stopAccepting();
            streams.close();
            drain(drainTimeout);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            interrupted |= closeConnectionsAndThreads(deadline);
        }
        return interrupted;
    }

    private static Duration step(Deadline deadline) {
        Duration left = deadline.remaining();
        return left.compareTo(MAX_STEP) < 0 ? left : MAX_STEP;
    }

    private boolean closeConnectionsAndThreads(Deadline deadline) {
        boolean interrupted = false;
        try {
            streams.resetTaken();
            owner.closeConnections(step(deadline.minus(THREADS_GRACE)));
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            streams.index().clear();
            state.set(PoolState.CLOSED);
            try {
                interrupted |= closeThreads(step(deadline));
            } finally {
                closed.countDown();
            }
        }
        return interrupted;
    }

    private boolean closeThreads(Duration timeout) {
        boolean interrupted = false;
        owner.tellClosed();
        try {
            if (!threads.close(timeout) && !threads.isPoolThread()) {
                log.warning("a listener or handler still runs after its interrupt; the pool closes without it");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        log.info("closed");
        return interrupted;
    }

    private void drain(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        long left = deadline.nanosLeft();
        lock.lockInterruptibly();
        try {
            while (left > 0) {
                closeUnused(deadline);
                if (streams.index().taken() == 0 && undelivered.isEmpty()) {
                    return;
                }
                left = drained.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    // A peer without streams in use is closed early, so that it connects elsewhere.
    private void closeUnused(Deadline deadline) {
        boolean allUnused = streams.index().taken() == 0;
        for (Connection connection : owner.connections()) {
            if (!closedEarly.contains(connection)
                    && (allUnused || !streams.index().hasStreamInUse(connection))) {
                closedEarly.add(connection);
                undelivered.add(connection);
                threads.closeConnection(() -> closeEarly(connection, deadline));
            }
        }
    }

    private void closeEarly(Connection connection, Deadline deadline) {
        try {
            GracefulClose.close(connection, deadline);
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
}
