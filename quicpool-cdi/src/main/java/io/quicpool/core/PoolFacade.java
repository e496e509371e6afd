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

/** What callers see of a pool, and of a group of pools: taking streams is the same for both. */
abstract class PoolFacade implements StreamPool, StreamSource {

    private static final long MAX_SNAPSHOT_AGE = Duration.ofMillis(100).toNanos();

    private final StreamTaker taker = new StreamTaker(this);
    private volatile @Nullable CachedSnapshot cached;

    private record CachedSnapshot(PoolSnapshot snapshot, long at) {}

    @Override
    public PooledStream take(StreamId id, Duration timeout) throws InterruptedException {
        return taker.take(Objects.requireNonNull(id, "id"), Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    public PooledStream take(Duration timeout) throws InterruptedException {
        return taker.take(null, Objects.requireNonNull(timeout, "timeout"));
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout) {
        return taker.takeAsync(Objects.requireNonNull(id, "id"), timeout, null);
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(Duration timeout) {
        return taker.takeAsync(null, timeout, null);
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(StreamId id, Duration timeout, Executor executor) {
        return taker.takeAsync(Objects.requireNonNull(id, "id"), timeout, Objects.requireNonNull(executor, "executor"));
    }

    @Override
    public CompletionStage<PooledStream> takeAsync(Duration timeout, Executor executor) {
        return taker.takeAsync(null, timeout, Objects.requireNonNull(executor, "executor"));
    }

    /** The same snapshot with current numbers. */
    abstract PoolSnapshot refresh(PoolSnapshot recent);

    @Override
    public final PoolSnapshot recentSnapshot() {
        CachedSnapshot recent = cached;
        long now = System.nanoTime();
        if (recent != null && now - recent.at < MAX_SNAPSHOT_AGE) {
            return refresh(recent.snapshot);
        }
        PoolSnapshot snapshot = snapshot();
        cached = new CachedSnapshot(snapshot, now);
        return snapshot;
    }

    @Override
    public final String name() {
        return label().name();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    @Override
    public String toString() {
        return label() + " (" + snapshot().summary() + ")";
    }
}
