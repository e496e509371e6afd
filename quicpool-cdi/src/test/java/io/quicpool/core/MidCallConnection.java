package io.quicpool.core;

import io.quicpool.testing.FakeConnection;
import io.quicpool.transport.EngineStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection that opens {@link MidCallStream}s. */
final class MidCallConnection extends FakeConnection {

    final List<MidCallStream> streams = new CopyOnWriteArrayList<>();
    volatile @Nullable CompletableFuture<EngineStream> opened;
    volatile Consumer<MidCallStream> onOpen = stream -> {};

    // Only the timer of the pool writes it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @Override
    public CompletionStage<EngineStream> openStream() {
        credit--;
        CompletableFuture<EngineStream> slow = opened;
        if (slow != null) {
            return slow;
        }
        MidCallStream stream = new MidCallStream(this);
        onOpen.accept(stream);
        streams.add(stream);
        return CompletableFuture.completedFuture(stream);
    }
}
