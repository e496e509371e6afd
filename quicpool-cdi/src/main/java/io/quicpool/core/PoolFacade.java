package io.quicpool.core;

import io.quicpool.PoolSnapshot;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.StreamPool;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What callers see, of one pool or of several behind one front: taking streams is the same. */
abstract class PoolFacade implements StreamPool, StreamSource {

    private static final long FRESH = Duration.ofMillis(100).toNanos();

    private final StreamTaker getter = new StreamTaker(this);
    private volatile @Nullable Seen seen;

    private record Seen(PoolSnapshot snapshot, long at) {}

    @Override
    public PooledStream take(StreamId id, Duration timeout) throws InterruptedException {
        return getter.get(Objects.requireNonNull(id, "id"), Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    public PooledStream take(Duration timeout) throws InterruptedException {
        return getter.get(null, Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout) {
        return getter.getAsync(Objects.requireNonNull(id, "id"), timeout, null);
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(Duration timeout) {
        return getter.getAsync(null, timeout, null);
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout, Executor executor) {
        return getter.getAsync(Objects.requireNonNull(id, "id"), timeout, Objects.requireNonNull(executor, "executor"));
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(Duration timeout, Executor executor) {
        return getter.getAsync(null, timeout, Objects.requireNonNull(executor, "executor"));
    }

    /** The same with the numbers of now. */
    abstract PoolSnapshot renewed(PoolSnapshot recent);

    @Override
    public final PoolSnapshot standing() {
        Seen recent = seen;
        long now = System.nanoTime();
        if (recent != null && now - recent.at < FRESH) {
            return renewed(recent.snapshot);
        }
        PoolSnapshot snapshot = snapshot();
        seen = new Seen(snapshot, now);
        return snapshot;
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    @Override
    public String toString() {
        return "pool \"" + name() + "\" (" + snapshot().summary() + ")";
    }
}
