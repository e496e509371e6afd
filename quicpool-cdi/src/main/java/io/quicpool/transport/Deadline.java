package io.quicpool.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * When a wait ends. Nano times are compared by their difference, because they may overflow, and durations are bounded, so that sums
 * cannot.
 */
public final class Deadline {

    // Longer than any wait, and short enough for sums.
    private static final Duration MAX = Duration.ofDays(365 * 100);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    /** The end of a wait that begins now. */
    public static Deadline after(Duration timeout) {
        return new Deadline(System.nanoTime() + nanos(timeout));
    }

    /** A duration in nanoseconds, from 0 to a hundred years. */
    public static long nanos(Duration time) {
        if (time.isNegative()) {
            return 0;
        }
        return (time.compareTo(MAX) < 0 ? time : MAX).toNanos();
    }

    /** A later deadline. */
    public Deadline plus(Duration more) {
        return new Deadline(end + nanos(more));
    }

    /** An earlier deadline. */
    public Deadline minus(Duration less) {
        return new Deadline(end - nanos(less));
    }

    /** Whether the wait is over. */
    public boolean hasPassed() {
        return nanosLeft() <= 0;
    }

    /** How long the wait still is, in nanoseconds; 0 or less when it is over. */
    public long nanosLeft() {
        return end - System.nanoTime();
    }

    /** How long the wait still is, but not 0: a method that waits so long finds at least what is there already. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(1, nanosLeft()));
    }

    /**
     * Waits for the end of a thread.
     *
     * @return whether it has ended
     * @throws InterruptedException when the calling thread is interrupted
     */
    public boolean join(Thread thread) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedJoin(thread, nanosLeft());
        return !thread.isAlive();
    }
}
