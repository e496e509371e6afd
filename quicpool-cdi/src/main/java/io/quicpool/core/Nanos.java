package io.quicpool.core;

import java.time.Duration;

/** Durations that a user gives, in nanoseconds. */
final class Nanos {

    // More than anybody waits; keeps arithmetic with nano time from overflowing.
    private static final Duration LONGEST = Duration.ofDays(365 * 100);

    private Nanos() {}

    /** So long, or a hundred years if that is less. */
    static long of(Duration time) {
        return (time.compareTo(LONGEST) < 0 ? time : LONGEST).toNanos();
    }
}
