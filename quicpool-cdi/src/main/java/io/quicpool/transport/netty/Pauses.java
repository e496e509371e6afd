package io.quicpool.transport.netty;

import java.util.function.LongSupplier;

/**
 * How long to wait between two looks, so that looks take only a small part of the time, whatever one costs: other connections share the
 * event loop.
 */
final class Pauses {

    private final long shortest;
    private final int times;
    private final LongSupplier clock;

    /**
     * Makes one.
     *
     * @param shortest nanoseconds; the least pause
     * @param times a pause lasts so many times as long as the look before it
     */
    Pauses(long shortest, int times) {
        this(shortest, times, System::nanoTime);
    }

    Pauses(long shortest, int times, LongSupplier clock) {
        this.shortest = shortest;
        this.times = times;
        this.clock = clock;
    }

    /** Looks, and returns the nanoseconds until the next look. */
    long after(Runnable look) {
        long start = clock.getAsLong();
        look.run();
        return Math.max(shortest, (clock.getAsLong() - start) * times);
    }
}
