package io.quicpool;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import java.util.List;

/**
 * The side that opens streams: one connection to the target, kept up with back-off, and on it a stock of idle streams
 * between the bounds of capacity. With several targets, a front for one such pool for each of them ({@link #members}).
 * Made by {@link QuicPools#open(ClientPoolConfig, PoolListener...)}.
 */
public interface ClientPool extends StreamPool {

    /**
     * The member pools behind this one, when it has several targets. {@link #take} takes from the members that are
     * ready in turn, and waits for the first stream of any; {@link #take} takes from the member that holds the id
     * (ids are given by each peer for itself: where two hold the same, such as {@link StreamId#FIRST}, it takes that of
     * the first; ask the member to be sure). The pool is ready while a member is. Numbers are those of all members
     * together; bounds are for each member.
     *
     * @return the members in the order of the targets, each named {@code POOL@HOST:PORT}; empty when there is one target
     */
    List<ClientPool> members();

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
