package io.quicpool;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;

/**
 * The side that opens streams: one connection to the target, kept up with back-off, and on it a stock of idle streams
 * between the bounds of capacity. Made by {@link QuicPools#open(ClientPoolConfig)}.
 */
public interface ClientPool extends StreamPool {

    /**
     * The bounds of {@link #capacity}.
     *
     * @return the bounds in force
     */
    CapacityBounds capacityBounds();

    /**
     * Changes the bounds of {@link #capacity} at run time. Acts at once: a pool below the minimum opens streams, one above
     * the maximum gives up idle ones.
     *
     * @param bounds the new bounds
     */
    void capacityBounds(CapacityBounds bounds);

    /**
     * The bounds of {@link #interval}.
     *
     * @return the bounds in force
     */
    IntervalBounds intervalBounds();

    /**
     * Changes the bounds of {@link #interval} at run time. Acts at once.
     *
     * @param bounds the new bounds
     */
    void intervalBounds(IntervalBounds bounds);
}
