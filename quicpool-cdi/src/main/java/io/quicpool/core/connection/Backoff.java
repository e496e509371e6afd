package io.quicpool.core.connection;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The pause before the next attempt to connect: 50 ms, a quarter longer with each failure, up to 5 s. Half of each
 * pause is random, so that many clients do not return at once. The growth is slow on purpose: the pool finds a
 * returning peer within about a third of the time that the peer was away. Only a connection that lasted resets the
 * pause, so a peer that comes and goes is dialled less and less often. Used by one thread.
 */
final class Backoff {

    static final Duration MIN_DELAY = Duration.ofMillis(50);
    static final Duration MAX_DELAY = Duration.ofSeconds(5);

    /** A connection lasted when it was verified for this time, and for as long as the next pause may be. */
    static final Duration MIN_SUCCESS = Duration.ofSeconds(1);

    private final DoubleSupplier random;
    private Duration ceiling = MIN_DELAY;

    /** Makes a back-off with a source of random numbers from 0 to 1. */
    Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** The next pause: between half of the ceiling and the ceiling. */
    Duration next() {
        long half = ceiling.toNanos() / 2;
        Duration longer = ceiling.multipliedBy(5).dividedBy(4);
        ceiling = longer.compareTo(MAX_DELAY) > 0 ? MAX_DELAY : longer;
        return Duration.ofNanos(half + (long) (half * random.getAsDouble()));
    }

    /** The next pause. Until all addresses are {@code exhausted}, it is the shortest one, and later pauses get no longer. */
    Duration next(boolean exhausted) {
        return exhausted ? next() : MIN_DELAY;
    }

    /** Resets the pause when the success lasted long enough. Returns whether it did. */
    boolean resetIfLasted(Duration time) {
        boolean lasted = time.compareTo(MIN_SUCCESS) >= 0 && time.compareTo(ceiling) >= 0;
        if (lasted) {
            ceiling = MIN_DELAY;
        }
        return lasted;
    }
}
