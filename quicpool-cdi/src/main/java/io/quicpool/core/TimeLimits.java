package io.quicpool.core;

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
 * Ends blocked calls from outside when they take too long: the reads and writes of engines have no time-out. One for each pool, and one
 * timer task for all its calls: it comes when the first of those that run is due, so that a call which ends in time costs no task
 * of its own.
 */
final class TimeLimits {

    /** What blocks. */
    interface Call<T> {
        T call() throws IOException;
    }

    // All that run are looked at, and no more often than this: so much later may a call end.
    private static final long FINEST = Duration.ofMillis(20).toNanos();

    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private final ReentrantLock arming = new ReentrantLock();
    // Written under the lock, next before armed; a look takes armed back before it looks.
    private volatile boolean armed;
    private volatile long next;
    private @Nullable Future<?> task;
    private volatile long looked = System.nanoTime() - FINEST;

    /**
     * Makes it.
     *
     * @param timer runs an action after a time, on a thread on which nothing blocks
     */
    TimeLimits(BiFunction<Duration, Runnable, Future<?>> timer) {
        this.timer = timer;
    }

    /** A call under way. The timer ends it, or it returns: whichever is first. A call that the timer ends returns after that. */
    private static final class Running {

        private final long deadline;
        private final Runnable giveUp;
        private boolean decided;

        Running(long deadline, Runnable giveUp) {
            this.deadline = deadline;
            this.giveUp = giveUp;
        }

        synchronized void expire() {
            if (!decided) {
                decided = true;
                giveUp.run();
            }
        }

        synchronized void returned() {
            decided = true;
        }
    }

    /** Makes a call; when it takes longer, gives up on the pool's timer thread, which must end the call. */
    <T> T within(long nanos, Runnable giveUp, Call<T> call) throws IOException {
        Running mine = new Running(System.nanoTime() + nanos, giveUp);
        running.add(mine);
        try {
            if (!armed || mine.deadline - next < 0) {
                arm(mine.deadline);
            }
            return call.call();
        } finally {
            mine.returned();
            running.remove(mine);
        }
    }

    private void arm(long deadline) {
        arming.lock();
        try {
            long soonest = looked + FINEST;
            long due = deadline - soonest < 0 ? soonest : deadline;
            if (armed && due - next >= 0) {
                return;
            }
            Future<?> later = task;
            if (later != null) {
                later.cancel(false);
            }
            task = timer.apply(Duration.ofNanos(Math.max(0, due - System.nanoTime())), this::look);
            next = due;
            armed = true;
        } finally {
            arming.unlock();
        }
    }

    // Timer thread. Whoever begins from here on is seen, or arms again.
    private void look() {
        armed = false;
        long now = System.nanoTime();
        looked = now;
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
            // After one that was due too: to give up may throw.
            arm(due.isEmpty() ? now + soonest : now + FINEST);
        }
        due.forEach(Running::expire);
    }
}
