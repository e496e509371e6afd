package io.quicpool.core.streams;

import io.quicpool.StreamId;
import org.jspecify.annotations.Nullable;

/** What tests of pools may do as callers and the public API cannot. */
public final class Callers {

    private Callers() {}

    /** A caller that waits for any stream. The action runs when it is served, on the thread that serves it. */
    public static Waiter waiter(Runnable onEnd) {
        return new Waiter(null, System.nanoTime(), onEnd);
    }

    /** Takes the oldest idle stream, whether it is alive or not. */
    public static @Nullable Slot takeAny(IdleStreams idleStreams) {
        return idleStreams.takeAny();
    }

    /** The stream that has this id and has not ended. */
    public static @Nullable Slot find(IdleStreams idleStreams, StreamId id) {
        return idleStreams.find(id);
    }
}
