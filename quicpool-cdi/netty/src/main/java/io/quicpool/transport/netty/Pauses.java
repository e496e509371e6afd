package io.quicpool.transport.netty;

import java.util.function.LongSupplier;

/**
 * Computes the pause between two scans, so that scans take only a small part of the event loop's time, whatever one costs. Other
 * connections share the event loop.
 */
final class Pauses {

    private final long shortest;
    private final int factor;
    private final LongSupplier clock;

    /**
     * Sets the rule.
     *
     * @param shortest the shortest pause, in nanoseconds
     * @param factor the pause after a scan, as a multiple of its duration
     */
    Pauses(long shortest, int factor) {
        this(shortest, factor, System::nanoTime);
    }

    Pauses(long shortest, int factor, LongSupplier clock) {
        this.shortest = shortest;
        this.factor = factor;
        this.clock = clock;
    }

    /** Runs a scan and returns the pause after it, in nanoseconds. */
    long after(Runnable scan) {
        long start = clock.getAsLong();
        scan.run();
        return Math.max(shortest, (clock.getAsLong() - start) * factor);
    }
}
