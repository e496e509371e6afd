package io.quicpool.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before connecting again: 50 ms, a quarter longer with each failure, up to 5 s; of each delay the second
 * half is left to chance so that many clients do not come back at once. It grows slowly on purpose: a peer that was away for
 * a time is found again within about a fifth of that time. Used by one thread.
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
        Duration longer = ceiling.multipliedBy(5).dividedBy(4);
        ceiling = longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
        return Duration.ofNanos(half + (long) (half * random.getAsDouble()));
    }

    /** Begins anew, after a success. */
    void reset() {
        ceiling = FIRST;
    }
}
