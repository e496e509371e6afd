package io.quicpool.config;

/**
 * The bounds of a client pool's capacity, the number of idle streams that it aims for.
 *
 * @param min the lower bound, at least 1
 * @param max the upper bound, at least {@code min} and at most {@link #LIMIT}
 */
public record CapacityBounds(int min, int max) {

    /** The largest capacity that any pool may have. */
    public static final int LIMIT = 65_536;

    /**
     * Checks the bounds.
     *
     * @throws ConfigException when they are out of range, or {@code min} is above {@code max}
     */
    public CapacityBounds {
        PoolOptions.MAX_CAPACITY.check(max);
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
