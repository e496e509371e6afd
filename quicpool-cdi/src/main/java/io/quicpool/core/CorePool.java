package io.quicpool.core;

import io.quicpool.PoolListener;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolState;
import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.StreamTimeouts;
import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What client and server pools share: taking, evicting and closing.
 *
 * <pre>
 * NEW --start--&gt; RUNNING --close--&gt; CLOSING --&gt; CLOSED
 * </pre>
 *
 * <p>Thread-safe. The timer thread makes decisions. All other state is in atomic parts.
 */
abstract class CorePool extends PoolFacade {

    /** How often dead and overdue streams are evicted. */
    static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    final PoolLabel label;
    final PoolConfig settings;
    final String name;
    final PoolLog log;
    final PoolThreads threads;
    final TimeLimits limits;
    final StreamTimeouts timeouts;
    final Listeners listeners;
    final IdleStreams idleStreams;
    final IdleSweep idleSweep;
    final Metrics metrics = new Metrics();
    final Lifecycle lifecycle;
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicBoolean exhausted = new AtomicBoolean();

    CorePool(PoolLabel label, PoolConfig config, PoolThreads threads) {
        this.label = label;
        this.settings = config;
        this.name = label.name();
        this.timeouts = config.streamTimeouts();
        this.idleStreams = new IdleStreams(config);
        this.idleSweep = new IdleSweep(this);
        this.log = new PoolLog(label);
        this.threads = threads;
        this.limits = new TimeLimits(threads::decideAfter);
        this.listeners = new Listeners(threads.listeners(), log);
        this.lifecycle = new Lifecycle(this);
    }

    // ---- what client and server pools add

    /** A caller waits, or few streams are idle: opens streams if this pool can. Any thread. */
    abstract void replenish();

    /** Evicts what is overdue. Timer thread, every {@link #CHECK_INTERVAL}. */
    abstract void periodicCheck();

    /** A stream was evicted before it had its id. */
    abstract void openingEvicted(Slot slot, Reason.Evicted reason);

    /** The pool starts to close and accepts no further peer. */
    void stopAccepting() {}

    /** Closes all connections and evicts streams without an id. Returns when all are released or the time is over. */
    abstract boolean closeConnections(Duration timeout) throws InterruptedException;

    /** The state of the connections, for people. */
    abstract String connectionText();

    /** The connections that are up. */
    abstract List<Connection> connections();

    /** How many streams have no id yet. */
    abstract int opening();

    /** There is one idle stream less, so another may be admitted. Any thread. */
    void capacityFreed() {}

    // ---- taking streams

    @Override
    public @Nullable Slot takeNow(@Nullable StreamId id) {
        while (true) {
            Slot slot = id == null ? idleStreams.takeAny() : idleStreams.take(id);
            if (slot == null || slot.stream().alive()) {
                return slot;
            }
            discard(slot);
        }
    }

    @Override
    public boolean addWaiter(Waiter waiter) {
        boolean waits = idleStreams.addWaiter(waiter);
        if (waiter.id() == null && waiter.isWaiting()) {
            reportExhausted();
        }
        return waits;
    }

    @Override
    public void removeWaiter(Waiter waiter) {
        idleStreams.removeWaiter(waiter);
    }

    @Override
    public CorePool owner(Slot slot) {
        return this;
    }

    @Override
    public void reportExhausted() {
        if (!idleStreams.suspended() && exhausted.compareAndSet(false, true)) {
            listeners.fire(listener -> listener.exhausted(this));
        }
        replenish();
    }

    @Override
    public boolean maxInUseReached() {
        return idleStreams.maxInUseReached();
    }

    /** A caller has the stream from now on. Any thread. */
    Lease lease(Slot slot) {
        metrics.handedOut.increment();
        slot.stream().inUse();
        capacityFreed();
        return new Lease(slot, this);
    }

    /** Adds a registered stream. False when it was evicted meanwhile. */
    boolean deliver(Slot slot, long now) {
        // Not to a waiter: the flush may have been before that began to wait.
        if (slot.isOlderThan(generation.get()) && evict(slot, Reason.Evicted.FLUSHED)) {
            replenish();
            return false;
        }
        // A flush or a loss before this moment did not see the slot as idle. One after it does. The checks below cover
        // the first case.
        if (!idleStreams.deliver(slot)) {
            return false;
        }
        metrics.opened.increment();
        metrics.opens.add(now - slot.since());
        if (slot.generation() != generation.get()) {
            evict(slot, Reason.Evicted.FLUSHED);
        } else if (!slot.stream().alive()) {
            // The peer may have ended it with, or before, the last byte of the id exchange.
            evictEnded(slot);
        } else if (slot.isIdle()) {
            exhausted.set(false);
        }
        return true;
    }

    /** A taken stream did not reach its caller. The next waiter gets it, else it is idle again. A closing pool resets it. */
    void giveBack(Slot slot) {
        if (!idleStreams.giveBack(slot)) {
            end(slot, () -> slot.stream().reset(StreamErrors.CLOSING));
        }
    }

    /** The caller of a taken stream ends it with the given action. Does nothing when it has ended before. */
    void end(Slot slot, Runnable stream) {
        if (!idleStreams.end(slot, stream)) {
            return;
        }
        lifecycle.streamEnded();
        if (idleStreams.waiting() > 0) {
            // The end of the stream gives credit back, so another one may be opened.
            replenish();
        }
    }

    // ---- evicting streams

    int generation() {
        return generation.get();
    }

    /**
     * Whether the pool has started to close. A stream that is opened from then on evicts itself, because closing did
     * not see it.
     */
    boolean isClosing() {
        PoolState life = lifecycleState();
        return life == PoolState.CLOSING || life == PoolState.CLOSED;
    }

    /** Evicts a stream unless a caller has it. Returns whether it did. */
    boolean evict(Slot slot, Reason.Evicted reason) {
        Slot.State was = idleStreams.evict(slot);
        if (was == null) {
            return false;
        }
        if (was == Slot.State.IDLE || reason.isIntended()) {
            metrics.evicted(reason);
        }
        if (was == Slot.State.OPENING) {
            openingEvicted(slot, reason);
        }
        slot.stream().reset(reason == Reason.Evicted.CLOSED ? StreamErrors.CLOSING : StreamErrors.RETIRED);
        capacityFreed();
        return true;
    }

    /** A stream has ended, alone or with its connection. Returns whether nobody had taken it. */
    boolean evictEnded(Slot slot) {
        return evict(slot, unlessLost(slot, Reason.Evicted.PEER_ENDED));
    }

    /** The reason, unless the connection of the stream is lost: then it is that. */
    static Reason.Evicted unlessLost(Slot slot, Reason.Evicted reason) {
        return slot.stream().connection().alive() ? reason : Reason.Evicted.LINK_LOST;
    }

    /** A stream that was just taken is dead. It is evicted, and the caller tries the next one. */
    void discard(Slot slot) {
        if (idleStreams.end(slot)) {
            metrics.evicted(unlessLost(slot, Reason.Evicted.PROBE));
            slot.stream().reset(StreamErrors.RETIRED);
            lifecycle.streamEnded();
            capacityFreed();
        }
    }

    /** Whether a stream of this connection is in use. */
    boolean hasStreamInUse(Connection connection) {
        return idleStreams.live(connection).stream().anyMatch(Slot::isInUse);
    }

    /** Evicts every idle stream of a lost connection. */
    void evictAll(Connection connection) {
        idleStreams.live(connection).forEach(slot -> evict(slot, Reason.Evicted.LINK_LOST));
    }

    @Override
    public void flush() {
        int current = generation.incrementAndGet();
        for (Slot slot : idleStreams.live()) {
            if (slot.isIdle() && slot.isOlderThan(current)) {
                evict(slot, Reason.Evicted.FLUSHED);
            }
        }
        // Streams without an id are of an older generation too. One that is missed here is evicted when it is
        // delivered.
        evictOpening(current);
        log.info("flushed");
        replenish();
    }

    /** Evicts streams without an id that are older than this generation. */
    abstract void evictOpening(int generation);

    // ---- suspending

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

    // ---- errors, listeners, state

    @Override
    public void addError() {
        metrics.error();
    }

    @Override
    public long errorCount() {
        return metrics.errors();
    }

    @Override
    public void resetError() {
        metrics.resetErrors();
    }

    @Override
    public void addListener(PoolListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(PoolListener listener) {
        listeners.remove(listener);
    }

    @Override
    public PoolLabel label() {
        return label;
    }

    @Override
    public PoolThreads threads() {
        return threads;
    }

    @Override
    public Metrics metrics() {
        return metrics;
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
        return new PoolSnapshot(
                name,
                state(),
                ready(),
                connectionText(),
                peers(),
                idleStreams.idle(),
                opening(),
                idleStreams.taken(),
                idleStreams.waiting(),
                capacity(),
                interval(),
                metrics.errors(),
                metrics.lastErrorText(),
                Metrics.totals(List.of(metrics)));
    }

    @Override
    PoolSnapshot refresh(PoolSnapshot recent) {
        PoolState state = state();
        return new PoolSnapshot(
                name,
                state,
                recent.ready() && state == PoolState.RUNNING,
                recent.link(),
                recent.peers(),
                idleStreams.idle(),
                opening(),
                idleStreams.taken(),
                idleStreams.waiting(),
                capacity(),
                interval(),
                metrics.errors(),
                recent.lastError(),
                recent.totals());
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
}
