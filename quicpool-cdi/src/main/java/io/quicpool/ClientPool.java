package io.quicpool;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

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
     * <p>{@link #take(Duration)} takes from the ready members in turn, or waits for the first stream of any.
     * {@link #take(StreamId, Duration)} takes from the member that has the id. Each peer assigns its own ids: if
     * two members have the same id, such as {@link StreamId#FIRST}, it takes from the first. Call the member itself to be
     * sure. The pool is ready while a member is. Numbers are sums over all members; bounds apply to each member.
     *
     * @return the members in the order of the targets, each named {@code POOL@HOST:PORT}; empty when there is one target
     */
    List<ClientPool> members();

    /**
     * Sends a request on a stream of its own and returns the answer. Does not block. The peer is a server pool with a handler
     * ({@link ServerPool#answer} or {@link ServerPool#serve(StreamHandler)}), or any program that reads a stream up to its FIN, and then
     * writes the answer and a FIN.
     *
     * <p>If no stream is idle, the request waits for one like {@link #takeAsync(Duration)}, and {@code max-in-use} and
     * {@code max-waiting} apply. No thread waits for an answer. A request of more than 2 kB is written on a worker thread of the pool,
     * which blocks while flow control lets it write no more.
     *
     * <p>The pool repeats the request by itself, within the time-out, when no handler can have got it: nothing was sent, or the peer
     * closes ({@link StreamErrors#CLOSING}). It repeats once when all handlers of the peer are busy
     * ({@link StreamErrors#HANDLER_BUSY}). It never repeats a request that may have been handled.
     *
     * <p>Dependents of the stage run on a worker thread of the pool, as for {@link #takeAsync(Duration)}. A caller that ends the future
     * first, with {@code cancel} for example, resets the stream ({@link StreamErrors#CANCELLED}); a request that was sent may still be
     * handled.
     *
     * @param request at least one byte, because a stream without a byte starts no handler; must not be changed before the stage is
     *     complete
     * @param timeout how long it may take in all, until the whole answer has come
     * @return completed with the bytes of the answer, maybe none, or with a {@link RequestException}. An answer of more than
     *     {@code max-request-bytes} fails with {@link RequestTooLargeException}.
     * @throws IllegalArgumentException when the request is empty
     */
    CompletionStage<byte[]> request(byte[] request, Duration timeout);

    /**
     * {@link #request(byte[], Duration)} with the remaining bytes of a buffer. The position of the buffer does not change.
     *
     * @param request at least one byte remains; must not be changed before the stage is complete
     * @param timeout how long it may take in all
     * @return as for {@link #request(byte[], Duration)}
     * @throws IllegalArgumentException when no byte remains
     */
    CompletionStage<byte[]> request(ByteBuffer request, Duration timeout);

    /**
     * {@link #request(byte[], Duration)} for callers that wait for the answer. Blocks for up to {@code timeout}.
     *
     * @param request at least one byte
     * @param timeout how long it may take in all
     * @return the bytes of the answer, maybe none
     * @throws RequestException when there is no answer; its type says why
     * @throws InterruptedException when the caller is interrupted while it waits; the request is cancelled
     * @throws IllegalArgumentException when the request is empty
     */
    byte[] requestBlocking(byte[] request, Duration timeout) throws RequestException, InterruptedException;

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
