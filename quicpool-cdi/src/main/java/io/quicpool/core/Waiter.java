package io.quicpool.core;

import io.quicpool.StreamId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A caller that found no stream. The future's one completion decides between being served, timing out, being cancelled and
 * the pool closing; whoever loses acts as if it had not happened.
 *
 * @param id the stream that it wants; null for any
 * @param since nano time of the beginning of its wait
 * @param outcome completed with the slot, already TAKEN
 */
record Waiter(@Nullable StreamId id, long since, CompletableFuture<Slot> outcome) {

    Waiter(@Nullable StreamId id, long since) {
        this(id, since, new CompletableFuture<>());
    }

    boolean serve(Slot taken) {
        return outcome.complete(taken);
    }

    // Each waiter is itself: a record's equality would make two waits of one instant the same.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
