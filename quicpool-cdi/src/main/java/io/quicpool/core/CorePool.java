package io.quicpool.core;

import io.quicpool.PoolSnapshot;
import io.quicpool.PoolSnapshotBuilder;
import io.quicpool.PoolState;
import io.quicpool.StreamId;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.streams.IdleStreams;
import io.quicpool.core.streams.Opening;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.Waiter;
import io.quicpool.core.threads.PoolThreads;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What client and server pools share: they put the parts of a pool together. Thread-safe. The timer thread makes decisions;
 * all other state is in the parts.
 */
abstract class CorePool extends PoolFacade implements PoolStreams.Owner, Lifecycle.Owner {

    final PoolStreams streams;
    final IdleStreams idleStreams;
    final IdleSweep idleSweep;
    final Lifecycle lifecycle;

    CorePool(PoolLabel label, PoolConfig config, PoolThreads threads) {
        super(label, threads);
        this.streams = new PoolStreams(log, config, threads, metrics, this);
        this.idleStreams = streams.index();
        this.idleSweep = new IdleSweep(config, streams, metrics, this::replenish);
        this.lifecycle = new Lifecycle(streams, threads, log, this);
    }

    // ---- what client and server pools add

    /** The state of the connections, for people. */
    abstract String connectionText();

    /** How many streams have no id yet. */
    abstract int opening();

    /** Evicts streams without an id that are older than this generation. */
    abstract void evictOpening(int generation);

    // ---- taking streams

    @Override
    public @Nullable Slot takeNow(@Nullable StreamId id) {
        return streams.takeNow(id);
    }

    @Override
    public boolean addWaiter(Waiter waiter) {
        return streams.addWaiter(waiter);
    }

    @Override
    public void removeWaiter(Waiter waiter) {
        idleStreams.removeWaiter(waiter);
    }

    @Override
    public @Nullable Opening openingForRequest() {
        return null;
    }

    @Override
    public PoolStreams streams(Slot slot) {
        return streams;
    }

    @Override
    public void reportExhausted() {
        streams.reportExhausted();
    }

    @Override
    public boolean maxInUseReached() {
        return idleStreams.maxInUseReached();
    }

    // ---- what the streams tell

    @Override
    public void exhausted() {
        listeners.fire(listener -> listener.exhausted(this));
    }

    @Override
    public void taken() {}

    @Override
    public void capacityFreed() {}

    @Override
    public void ended() {
        lifecycle.streamEnded();
    }

    @Override
    public boolean isClosing() {
        PoolState life = lifecycleState();
        return life == PoolState.CLOSING || life == PoolState.CLOSED;
    }

    // ---- flush, suspend, resume

    @Override
    public void flush() {
        evictOpening(streams.flush());
        log.info("flushed");
        replenish();
    }

    @Override
    public void suspend() {
        if (state() == PoolState.RUNNING) {
            idleStreams.suspend();
            log.info("suspended");
        }
    }

    @Override
    public void resume() {
        if (idleStreams.suspended()) {
            idleStreams.resume();
            log.info("resumed");
        }
    }

    // ---- errors and state

    @Override
    public long errorCount() {
        return metrics.errors();
    }

    @Override
    public void resetError() {
        metrics.resetErrors();
    }

    @Override
    public @Nullable Throwable lastError() {
        return metrics.lastError();
    }

    @Override
    public PoolState lifecycleState() {
        return lifecycle.state();
    }

    @Override
    public PoolState state() {
        PoolState life = lifecycleState();
        return life == PoolState.RUNNING && idleStreams.suspended() ? PoolState.SUSPENDED : life;
    }

    @Override
    public int idle() {
        return idleStreams.idle();
    }

    @Override
    public PoolSnapshot snapshot() {
        return counted(PoolSnapshot.builder(name()))
                .state(state())
                .ready(ready())
                .link(connectionText())
                .peers(peers())
                .lastError(metrics.lastErrorText())
                .totals(Metrics.totals(allMetrics()))
                .build();
    }

    @Override
    PoolSnapshot refresh(PoolSnapshot recent) {
        PoolState state = state();
        return counted(recent.toBuilder())
                .state(state)
                .ready(recent.ready() && state == PoolState.RUNNING)
                .build();
    }

    // What costs next to nothing to read.
    private PoolSnapshotBuilder counted(PoolSnapshotBuilder snapshot) {
        return snapshot.idle(idleStreams.idle())
                .opening(opening())
                .taken(idleStreams.taken())
                .waiting(idleStreams.waiting())
                .capacity(capacity())
                .interval(interval())
                .errors(metrics.errors());
    }

    @Override
    List<Metrics> allMetrics() {
        return List.of(metrics);
    }

    final List<PoolSnapshot.Peer> peers() {
        return connections().stream()
                .map(each -> new PoolSnapshot.Peer(each.localAddress(), each.remoteAddress()))
                .toList();
    }

    // ---- closing

    @Override
    public void close(Duration drainTimeout) {
        lifecycle.close(Objects.requireNonNull(drainTimeout, "drainTimeout"));
    }

    @Override
    public void stopAccepting() {}

    @Override
    public void tellClosed() {
        metrics.closed();
        listeners.fire(listener -> listener.closed(this));
    }
}
