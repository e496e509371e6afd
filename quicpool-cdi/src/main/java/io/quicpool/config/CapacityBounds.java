package io.quicpool.config;

/**
 * Between which bounds the capacity of a client pool moves.
 *
 * @param min the least number of idle streams that it aims for, at least 1
 * @param max the largest, at least {@code min} and at most {@link #LIMIT}
 */
public record CapacityBounds(int min, int max) {

    /** The largest capacity that any pool may have. */
    public static final int LIMIT = 65_536;

    /**
     * Checks the bounds.
     *
     * @param min the least number of idle streams
     * @param max the largest
     * @throws ConfigException when they are out of range, or the least is above the largest
     */
    public CapacityBounds {
        Checks.range("max-capacity", max, 1, LIMIT);
        if (min < 1 || min > max) {
            throw new ConfigException("min-capacity", min, "must be from 1 to max-capacity, which is " + max);
        }
    }

    /**
     * The value of the range that is nearest to a number.
     *
     * @param capacity any number
     * @return a number within the bounds
     */
    public int clamp(int capacity) {
        return Math.max(min, Math.min(max, capacity));
    }
}
