package io.quicpool.core;

import java.time.Duration;

/** Durations that a user gives, in nanoseconds. */
final class TimeoutNanos {

    // More than anybody waits; keeps arithmetic with nano time from overflowing.
    private static final Duration LONGEST = Duration.ofDays(365 * 100);

    private TimeoutNanos() {}

    /** So long, but not less than none and not more than a hundred years. */
    static long of(Duration time) {
        if (time.isNegative()) {
            return 0;
        }
        return (time.compareTo(LONGEST) < 0 ? time : LONGEST).toNanos();
    }
}
