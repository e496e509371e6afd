package io.quicpool.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before connecting again: 50 ms, a quarter longer with each failure, up to 5 s; of each delay the second
 * half is left to chance so that many clients do not come back at once. It grows slowly on purpose: a peer that was away for
 * a time is found again within about a fifth of that time. Only a connection that has lasted ends the series: a peer that comes
 * and goes again and again is dialled less and less often. Used by one thread.
 */
final class Backoff {

    static final Duration FIRST = Duration.ofMillis(50);
    static final Duration LONGEST = Duration.ofSeconds(5);

    /** A connection has lasted when it gave ids for so long, and for as long as the next delay may be. */
    static final Duration LASTING = Duration.ofSeconds(1);

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

    /** Begins anew if all went well for so long that it has lasted; says whether it has. */
    boolean worked(Duration time) {
        boolean lasted = time.compareTo(LASTING) >= 0 && time.compareTo(ceiling) >= 0;
        if (lasted) {
            ceiling = FIRST;
        }
        return lasted;
    }
}
