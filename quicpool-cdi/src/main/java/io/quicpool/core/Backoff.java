package io.quicpool.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before connecting again: 50 ms, doubled with each failure up to 5 s, of which the second half is left to
 * chance so that many clients do not come back at once. Used by one thread.
 */
final class Backoff {

    static final Duration FIRST = Duration.ofMillis(50);
    static final Duration LONGEST = Duration.ofSeconds(5);

    private final DoubleSupplier random;
    private Duration ceiling = FIRST;

    /** Makes a back-off with a source of numbers from 0 to 1. */
    Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** The next delay: from half of the ceiling to the ceiling. */
    Duration next() {
        long half = ceiling.toNanos() / 2;
        Duration doubled = ceiling.multipliedBy(2);
        ceiling = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return Duration.ofNanos(half + (long) (half * random.getAsDouble()));
    }

    /** Begins anew, after a success. */
    void reset() {
        ceiling = FIRST;
    }
}
