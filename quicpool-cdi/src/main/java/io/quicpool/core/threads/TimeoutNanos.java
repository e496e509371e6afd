package io.quicpool.core.threads;

import java.time.Duration;

/** Converts durations of users to nanoseconds. */
public final class TimeoutNanos {

    // Longer than any wait, and short enough that sums with nano times do not overflow.
    private static final Duration MAX = Duration.ofDays(365 * 100);

    private TimeoutNanos() {}

    /** The duration in nanoseconds, from 0 to a hundred years. */
    public static long of(Duration time) {
        if (time.isNegative()) {
            return 0;
        }
        return (time.compareTo(MAX) < 0 ? time : MAX).toNanos();
    }
}
