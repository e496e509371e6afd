package io.quicpool;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import java.util.List;

/**
 * The side that opens streams. It keeps a connection to its target up, reconnects with back-off, and keeps idle streams
 * open on it, as many as its capacity. With several targets it is a facade for one pool for each ({@link #members}).
 * {@link QuicPools#open(ClientPoolConfig, PoolListener...)} makes it.
 */
public interface ClientPool extends StreamPool {

    @Override
    ClientPoolConfig config();

    /**
     * The member pools of a pool with several targets, one for each target.
     *
     * <p>{@link #take(java.time.Duration)} takes from the ready members in turn, or waits for the first stream of any.
     * {@link #take(StreamId, java.time.Duration)} takes from the member that has the id. Each peer assigns its own ids: if
     * two members have the same id, such as {@link StreamId#FIRST}, it takes from the first. Call the member itself to be
     * sure. The pool is ready while a member is. Numbers are sums over all members; bounds apply to each member.
     *
     * @return the members in the order of the targets, each named {@code POOL@HOST:PORT}; empty when there is one target
     */
    List<ClientPool> members();

    /** The bounds of {@link #capacity}. */
    CapacityBounds capacityBounds();

    /**
     * Changes the bounds of {@link #capacity} at run time. Takes effect at once: the pool opens streams up to a new minimum
     * and evicts idle ones above a new maximum.
     */
    void capacityBounds(CapacityBounds bounds);

    /** The bounds of {@link #interval}. */
    IntervalBounds intervalBounds();

    /** Changes the bounds of {@link #interval} at run time. Takes effect at once. */
    void intervalBounds(IntervalBounds bounds);
}
