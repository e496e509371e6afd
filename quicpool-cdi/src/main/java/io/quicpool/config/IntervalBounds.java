package io.quicpool.config;

import java.time.Duration;

/**
 * The bounds of a client pool's interval, the time between two regular size checks.
 *
 * @param min the shortest, at least {@link #SHORTEST}
 * @param max the longest, at least {@code min} and at most {@link #LONGEST}
 */
public record IntervalBounds(Duration min, Duration max) {

    /** The shortest interval that any pool may have. */
    public static final Duration SHORTEST = Duration.ofMillis(10);

    /** The longest interval that any pool may have. */
    public static final Duration LONGEST = Duration.ofHours(1);

    /**
     * Checks the bounds.
     *
     * @throws ConfigException when they are out of range, or {@code min} is above {@code max}
     */
    public IntervalBounds {
        Checks.range("max-interval", max, SHORTEST, LONGEST);
        if (min.compareTo(SHORTEST) < 0 || min.compareTo(max) > 0) {
            throw new ConfigException(
                    "min-interval",
                    Durations.text(min),
                    "must be from " + Durations.text(SHORTEST) + " to max-interval, which is " + Durations.text(max));
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
