package io.quicpool.core.streams;

import io.quicpool.PoolSnapshot;
import io.quicpool.PoolState;
import io.quicpool.StreamId;
import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.threads.PoolThreads;
import org.jspecify.annotations.Nullable;

/** Where a {@link StreamTaker} takes streams from: a pool, or a group of pools. Any thread. */
public interface StreamSource {

    /** The kind and the name of the pool, for messages. */
    PoolLabel label();

    PoolThreads threads();

    /**
     * A snapshot for an exception. Its cost does not grow with connections and streams: the numbers are current, the
     * rest may be a moment old.
     */
    PoolSnapshot recentSnapshot();

    /** The state of the pool, where suspended counts as running. */
    PoolState lifecycleState();

    /** Takes an idle stream that is alive, with this id or any. Null when there is none now. */
    @Nullable Slot takeNow(@Nullable StreamId id);

    /**
     * Starts to wait, and opens what is missing. The waiter may be served before this returns. False when too many wait
     * already; then the waiter does not wait.
     */
    boolean addWaiter(Waiter waiter);

    /** Where a request can leave now on a new stream, without an id. Null when it has to take an idle stream. */
    @Nullable Opening openingForRequest();

    /** A caller found no idle stream: tells listeners, and opens more. */
    void reportExhausted();

    /** Whether callers wait until a stream in use ends, although some may be idle. */
    boolean maxInUseReached();

    /** Removes a waiter that has ended. Does nothing the second time. */
    void removeWaiter(Waiter waiter);

    /** The streams of the pool to which a slot belongs. */
    PoolStreams streams(Slot slot);

    /** Whether it is of use to know where a stream is taken. */
    boolean wantsCallers();

    /** Counts the waits and time-outs of callers. */
    Metrics metrics();

    /** The last error, as the cause of exceptions for callers. */
    @Nullable Throwable lastError();
}
