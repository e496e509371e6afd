package io.quicpool.core.streams;

import io.quicpool.StreamId;
import org.jspecify.annotations.Nullable;

/** What a script does as a caller, step by step, without the public API. */
public final class Callers {

    private Callers() {}

    /** A caller that waits for this stream, or for any. */
    public static Waiter waiter(@Nullable StreamId id) {
        return new Waiter(id, 0);
    }

    /** The caller gives up. */
    public static void giveUp(Waiter waiter) {
        waiter.giveUp();
    }

    /** The stream that it was served with. */
    public static @Nullable Slot slot(Waiter waiter) {
        return waiter.slot();
    }

    /** A taken stream as its caller sees it. */
    public static Lease lease(Slot slot, PoolStreams streams) {
        return new Lease(slot, streams);
    }
}
