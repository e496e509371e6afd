package io.quicpool.config;

import java.time.Duration;

/**
 * The bounds of a client pool's interval, the time between two regular size checks.
 *
 * @param min the shortest, at least {@link #MIN_INTERVAL}
 * @param max the longest, at least {@code min} and at most {@link #MAX_INTERVAL}
 */
public record IntervalBounds(Duration min, Duration max) {

    /** The shortest interval that any pool may have. */
    public static final Duration MIN_INTERVAL = Duration.ofMillis(10);

    /** The longest interval that any pool may have. */
    public static final Duration MAX_INTERVAL = Duration.ofHours(1);

    /**
     * Checks the bounds.
     *
     * @throws ConfigException when they are out of range, or {@code min} is above {@code max}
     */
    public IntervalBounds {
        PoolOptions.MAX_INTERVAL.check(max);
        if (min.compareTo(MIN_INTERVAL) < 0 || min.compareTo(max) > 0) {
            throw new ConfigException(
                    "min-interval",
                    Durations.text(min),
                    "must be from " + Durations.text(MIN_INTERVAL) + " to max-interval, which is "
                            + Durations.text(max));
        }
    }

    /**
     * The value of the range that is nearest to a duration.
     *
     * @param interval any duration
     * @return a duration within the bounds
     */
    public Duration clamp(Duration interval) {
        if (interval.compareTo(min) < 0) {
            return min;
        }
        return interval.compareTo(max) > 0 ? max : interval;
    }
}
