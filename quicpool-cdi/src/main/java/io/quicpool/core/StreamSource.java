package io.quicpool.core;

import io.quicpool.PoolSnapshot;
import io.quicpool.PoolState;
import io.quicpool.StreamId;
import org.jspecify.annotations.Nullable;

/** Where a {@link StreamTaker} takes streams from: one pool, or several behind one front. Any thread. */
interface StreamSource {

    String name();

    PoolThreads threads();

    /**
     * How it stands, for an exception, at a cost that does not grow with connections and streams: its numbers are those of now, the rest
     * may be some moments old.
     */
    PoolSnapshot standing();

    /** Where its life stands; suspended counts as running. */
    PoolState life();

    /** Takes an idle stream that is alive, any or that with this id; null when there is none now. */
    @Nullable Slot takeNow(@Nullable StreamId id);

    /**
     * Begins to wait, and asks for what is missing. The waiter may be served before this returns. False when too many wait already;
     * then it does not wait.
     */
    boolean await(Waiter waiter);

    /** A caller found nothing that is idle: says so to listeners, and asks for more. */
    void shortage();

    /** The waiter has ended, one way or another. The second time does nothing. */
    void forget(Waiter waiter);

    /** Whose slot it is. */
    CorePool owner(Slot slot);

    /** What callers have had to wait for, and how often in vain. */
    Metrics metrics();

    /** The last error, as the cause of what happens to a caller. */
    @Nullable Throwable lastError();
}
