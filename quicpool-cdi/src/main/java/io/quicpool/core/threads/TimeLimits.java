package io.quicpool.core.threads;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ends blocking calls of a pool that take too long, because the engines' reads and writes have no time-out. One timer
 * task serves all calls of a pool. It runs when the first call is due, so a call that returns in time needs no task of
 * its own.
 */
public final class TimeLimits {

    /** A call that may block. */
    public interface Call<T> {
        T call() throws IOException;
    }

    // Minimum time between two checks, which scan all running calls. A call may end this much late.
    private static final long RESOLUTION = Duration.ofMillis(20).toNanos();

    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private final ReentrantLock armLock = new ReentrantLock();
    // Written under the lock, armedFor before armed. A check clears armed before it scans, so what sees it set is
    // scanned.
    private volatile boolean armed;
    private volatile long armedFor;
    private @Nullable Future<?> task;
    private volatile long lastCheck = System.nanoTime() - RESOLUTION;

    /**
     * Makes the limits of a pool.
     *
     * @param timer runs an action after a delay, on a thread that never blocks
     */
    public TimeLimits(BiFunction<Duration, Runnable, Future<?>> timer) {
        this.timer = timer;
    }

    /** A running call. The timer ends it, or it returns, whichever is first. A call that the timer ends returns after that. */
    private static final class Running {

        private final long deadline;
        private final Runnable onTimeout;
        private boolean ended;

        Running(long deadline, Runnable onTimeout) {
            this.deadline = deadline;
            this.onTimeout = onTimeout;
        }

        synchronized void expire() {
            if (!ended) {
                ended = true;
                onTimeout.run();
            }
        }

        synchronized void returned() {
            ended = true;
        }
    }

    /** Makes a call. After {@code nanos}, runs {@code onTimeout} on the timer thread, which must end the call. */
    public <T> T within(long nanos, Runnable onTimeout, Call<T> call) throws IOException {
        Running current = new Running(System.nanoTime() + nanos, onTimeout);
        running.add(current);
        try {
            if (!armed || current.deadline - armedFor < 0) {
                arm(current.deadline);
            }
            return call.call();
        } finally {
            current.returned();
            running.remove(current);
        }
    }

    // Under the lock, because a task may start before arm() has set armed. No call would arm the timer after that.
    private void disarm() {
        armLock.lock();
        try {
            armed = false;
        } finally {
            armLock.unlock();
        }
    }

    private void arm(long deadline) {
        armLock.lock();
        try {
            long soonest = lastCheck + RESOLUTION;
            long due = deadline - soonest < 0 ? soonest : deadline;
            if (armed && due - armedFor >= 0) {
                return;
            }
            Future<?> later = task;
            if (later != null) {
                later.cancel(false);
            }
            task = timer.apply(Duration.ofNanos(Math.max(0, due - System.nanoTime())), this::expireDue);
            armedFor = due;
            armed = true;
        } finally {
            armLock.unlock();
        }
    }

    // Timer thread. A call that starts from here on is seen by the scan, or arms the timer again.
    private void expireDue() {
        disarm();
        long now = System.nanoTime();
        lastCheck = now;
        long soonest = Long.MAX_VALUE;
        List<Running> due = new ArrayList<>();
        for (Running each : running) {
            long left = each.deadline - now;
            if (left <= 0) {
                due.add(each);
            } else {
                soonest = Math.min(soonest, left);
            }
        }
        if (soonest < Long.MAX_VALUE || !due.isEmpty()) {
            // Arms the timer before ending calls, because that may throw.
            arm(due.isEmpty() ? now + soonest : now + RESOLUTION);
        }
        due.forEach(Running::expire);
    }
}
