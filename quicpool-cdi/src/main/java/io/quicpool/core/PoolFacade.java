package io.quicpool.core;

import io.quicpool.PoolListener;
import io.quicpool.PoolObserver;
import io.quicpool.PoolSnapshot;
import io.quicpool.PooledStream;
import io.quicpool.RecentTimes;
import io.quicpool.StreamId;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.PoolOptions;
import io.quicpool.core.report.Listeners;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolDump;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.streams.StreamSource;
import io.quicpool.core.streams.StreamTaker;
import io.quicpool.core.threads.PoolThreads;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What callers see of a pool, and of a group of pools: taking streams, listening and counting errors is the same for both.
 * Owns the threads of the pool.
 */
abstract class PoolFacade implements StreamPool, StreamSource {

    private static final long MAX_SNAPSHOT_AGE = Duration.ofMillis(100).toNanos();

    final PoolLabel label;
    final PoolLog log;
    final PoolThreads threads;
    final Listeners listeners;
    final Metrics metrics = new Metrics();
    private final StreamTaker taker = new StreamTaker(this);
    private volatile @Nullable CachedSnapshot cached;

    private record CachedSnapshot(PoolSnapshot snapshot, long at) {}

    PoolFacade(PoolLabel label, PoolThreads threads) {
        this.label = label;
        this.log = new PoolLog(label);
        this.threads = threads;
        this.listeners = new Listeners(threads.listeners(), log);
    }

    /** Sets the observers, before the pool starts. */
    void observedBy(List<PoolObserver> observers) {
        metrics.observedBy(this, observers, log);
    }

    // ---- taking streams

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

    // ---- state

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

    /** Those of the pool, and of its members. */
    abstract List<Metrics> allMetrics();

    @Override
    public final RecentTimes recentWaits() {
        return Metrics.recentWaits(allMetrics());
    }

    @Override
    public final RecentTimes recentOpens() {
        return Metrics.recentOpens(allMetrics());
    }

    @Override
    public final RecentTimes recentUses() {
        return Metrics.recentUses(allMetrics());
    }

    /** The last messages about refused clients. */
    List<String> lastRefusals() {
        return List.of();
    }

    @Override
    public final String dump() {
        return PoolDump.of(this, label, lastRefusals());
    }

    @Override
    public final PoolLabel label() {
        return label;
    }

    @Override
    public final String name() {
        return label.name();
    }

    @Override
    public final PoolThreads threads() {
        return threads;
    }

    @Override
    public final Metrics metrics() {
        return metrics;
    }

    @Override
    public final boolean wantsCallers() {
        return !config().option(PoolOptions.LEAK_DETECTION_THRESHOLD).isZero();
    }

    @Override
    public void addError() {
        metrics.error();
    }

    // ---- listeners

    @Override
    public void addListener(PoolListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(PoolListener listener) {
        listeners.remove(listener);
    }

    // ---- closing

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    @Override
    public String toString() {
        return label() + " (" + snapshot().summary() + ")";
    }
}
