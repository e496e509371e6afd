package io.quicpool.core;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PoolObserver;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolSnapshotBuilder;
import io.quicpool.PoolState;
import io.quicpool.StreamId;
import io.quicpool.StreamPool;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TargetSource;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.requests.Requests;
import io.quicpool.core.streams.Opening;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.Waiter;
import io.quicpool.core.targets.Ejections;
import io.quicpool.core.targets.TargetFeed;
import io.quicpool.core.threads.PoolThreads;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A facade for several client pools, one for each target. It has no streams of its own. A caller takes from a member,
 * or waits at all of them with one {@link Waiter}, which only one member can serve.
 *
 * <p>Its metrics have the waits of its own callers, and errors that the application added to the group. Owns its members.
 * Thread-safe; the members hold the state.
 */
final class CoreGroupPool extends PoolFacade implements ClientRequests, GroupMembers.Owner {

    private final ClientPoolConfig config;
    private final BiFunction<String, ClientPoolConfig, CoreClientPool> maker;
    private final GroupMembers members;
    private final AtomicInteger nextMember = new AtomicInteger();
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final AtomicBoolean everReady = new AtomicBoolean();
    private final GroupLifecycle lifecycle;
    private final Requests requests;
    private final TargetFeed feed;
    private volatile List<PoolObserver> observers = List.of();
    // For members that come later.
    private volatile boolean suspended;
    private volatile CapacityBounds capacityBounds;
    private volatile IntervalBounds intervalBounds;

    /**
     * Makes a group without members.
     *
     * @param maker makes the pool of one target from its name and settings
     */
    CoreGroupPool(ClientPoolConfig config, BiFunction<String, ClientPoolConfig, CoreClientPool> maker) {
        super(PoolLabel.client(config.name()), new PoolThreads(config.name()));
        this.config = config;
        this.capacityBounds = config.capacity();
        this.intervalBounds = config.interval();
        this.maker = maker;
        this.requests = new Requests(this, config.maxRequestBytes());
        this.members = new GroupMembers(config, threads, log, this);
        this.lifecycle = new GroupLifecycle(this, members, threads, listeners, log);
        this.feed = new TargetFeed(threads, log, members::set, metrics::error);
    }

    @Override
    void observedBy(List<PoolObserver> all) {
        super.observedBy(all);
        observers = all;
    }

    /** With the targets of the settings. */
    void start() {
        members.set(config.targets());
        begin();
    }

    /** With those that a source tells. */
    void start(TargetSource source) {
        begin();
        feed.open(source);
    }

    private void begin() {
        threads.decideEvery(PoolThreads.CHECK_INTERVAL, members::periodicCheck);
    }

    // ---- its members

    @Override
    public Member start(TargetAddress target, Ejections.Target ejection) {
        CoreClientPool pool = maker.apply(config.name() + "@" + target, config.only(target));
        Member member = new Member(target, pool, ejection, members);
        pool.observedBy(Stream.concat(observers.stream(), Stream.of(member)).toList());
        pool.addListener(new MemberEvents());
        if (suspended) {
            pool.suspend();
        }
        pool.start();
        return member;
    }

    @Override
    public void drain(Member member) {
        threads.closeConnection(() -> member.pool.close(config.option(PoolOptions.DRAIN_TIMEOUT)));
    }

    @Override
    public void changed() {
        listeners.fire(listener -> listener.targetsChanged(this));
    }

    // ---- taking streams

    @Override
    public @Nullable Slot takeNow(@Nullable StreamId id) {
        Slot slot =
                id == null ? fromMembers(member -> member.ready() ? member.takeNow(null) : null) : takeFromHolder(id);
        if (slot != null) {
            exhausted.set(false);
        }
        return slot;
    }

    // The targets of the own zone first.
    private <T> @Nullable T fromMembers(Function<CoreClientPool, @Nullable T> give) {
        List<CoreClientPool> preferred = members.preferred();
        T given = inTurn(preferred, give);
        if (given != null) {
            return given;
        }
        List<CoreClientPool> allowed = members.allowed();
        return allowed.size() == preferred.size() ? null : inTurn(allowed, give);
    }

    private <T> @Nullable T inTurn(List<CoreClientPool> from, Function<CoreClientPool, @Nullable T> give) {
        int first = nextMember.getAndIncrement();
        for (int i = 0; i < from.size(); i++) {
            T given = give.apply(from.get(Math.floorMod(first + i, from.size())));
            if (given != null) {
                return given;
            }
        }
        return null;
    }

    private @Nullable Slot takeFromHolder(StreamId id) {
        for (CoreClientPool member : pools()) {
            Slot slot = member.takeNow(id);
            if (slot != null) {
                return slot;
            }
        }
        return null;
    }

    @Override
    public boolean addWaiter(Waiter waiter) {
        boolean waits = members.addWaiter(waiter);
        if (lifecycleState() != PoolState.RUNNING) {
            if (waiter.close()) {
                waiter.wake();
            }
            return true;
        }
        if (!waits) {
            members.removeWaiter(waiter);
        } else if (waiter.id() == null && waiter.isWaiting()) {
            fireExhausted();
        }
        return waits;
    }

    @Override
    public @Nullable Opening openingForRequest() {
        return fromMembers(CoreClientPool::openingForRequest);
    }

    @Override
    public void reportExhausted() {
        pools().forEach(CoreClientPool::reportExhausted);
        fireExhausted();
    }

    @Override
    public boolean maxInUseReached() {
        return pools().stream().anyMatch(CoreClientPool::maxInUseReached);
    }

    private void fireExhausted() {
        if (state() == PoolState.RUNNING && exhausted.compareAndSet(false, true)) {
            listeners.fire(listener -> listener.exhausted(this));
        }
    }

    @Override
    public void removeWaiter(Waiter waiter) {
        members.removeWaiter(waiter);
    }

    @Override
    public PoolStreams streams(Slot slot) {
        return Stream.of(pools(), members.former())
                .flatMap(List::stream)
                .filter(member -> slot.isOwnedBy(member.idleStreams))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(slot + " belongs to no member of " + label))
                .streams;
    }

    @Override
    public Requests requests() {
        return requests;
    }

    // ---- state

    @Override
    public ClientPoolConfig config() {
        return config;
    }

    @Override
    public List<ClientPool> members() {
        return List.copyOf(pools());
    }

    private List<CoreClientPool> pools() {
        return members.pools();
    }

    /** The state of the member that is least advanced, because the pool works while one member does. */
    @Override
    public PoolState state() {
        PoolState state = leastAdvanced(CoreClientPool::state);
        return state == PoolState.RUNNING && suspended ? PoolState.SUSPENDED : state;
    }

    @Override
    public PoolState lifecycleState() {
        return leastAdvanced(CoreClientPool::lifecycleState);
    }

    // A loop and no stream of states, because every take calls it.
    private PoolState leastAdvanced(Function<CoreClientPool, PoolState> stateOf) {
        List<CoreClientPool> pools = pools();
        // Without members it waits for a source to tell them.
        PoolState leastAdvanced = pools.isEmpty() ? lifecycle.state() : PoolState.CLOSED;
        for (CoreClientPool member : pools) {
            PoolState state = stateOf.apply(member);
            if (state.compareTo(leastAdvanced) < 0) {
                leastAdvanced = state;
            }
        }
        return leastAdvanced;
    }

    @Override
    public boolean ready() {
        return pools().stream().anyMatch(CoreClientPool::ready);
    }

    @Override
    public int idle() {
        return sum(CoreClientPool::active);
    }

    @Override
    public int capacity() {
        return sum(CoreClientPool::capacity);
    }

    @Override
    public Duration interval() {
        return pools().stream()
                .map(CoreClientPool::interval)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    @Override
    public long errorCount() {
        return metrics.errors()
                + pools().stream().mapToLong(CoreClientPool::errorCount).sum();
    }

    private int sum(ToIntFunction<CoreClientPool> number) {
        return pools().stream().mapToInt(number).sum();
    }

    @Override
    public PoolSnapshot snapshot() {
        return counted(PoolSnapshot.builder(name()))
                .state(state())
                .ready(ready())
                .link(pools().stream().filter(CoreClientPool::ready).count() + " of " + pools().size() + " up")
                .peers(pools().stream()
                        .flatMap(member -> member.peers().stream())
                        .toList())
                .interval(interval())
                .lastError(MemberFailure.text(pools()))
                .totals(Metrics.totals(allMetrics()))
                .build();
    }

    @Override
    List<Metrics> allMetrics() {
        return Stream.<PoolFacade>concat(Stream.of(this), pools().stream())
                .map(PoolFacade::metrics)
                .toList();
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
        return snapshot.idle(idle())
                .opening(sum(CoreClientPool::opening))
                .taken(sum(member -> member.idleStreams.taken()))
                .waiting(members.waiting())
                .capacity(capacity())
                .errors(errorCount());
    }

    @Override
    public @Nullable Throwable lastError() {
        MemberFailure last = MemberFailure.last(pools());
        return last == null ? null : last.failure().cause();
    }

    // ---- calls for all members

    @Override
    public void flush() {
        pools().forEach(CoreClientPool::flush);
    }

    @Override
    public void suspend() {
        suspended = true;
        pools().forEach(CoreClientPool::suspend);
    }

    @Override
    public void resume() {
        suspended = false;
        pools().forEach(CoreClientPool::resume);
    }

    @Override
    public void resetError() {
        metrics.resetErrors();
        pools().forEach(CoreClientPool::resetError);
    }

    @Override
    public CapacityBounds capacityBounds() {
        return capacityBounds;
    }

    @Override
    public void capacityBounds(CapacityBounds bounds) {
        capacityBounds = Objects.requireNonNull(bounds, "bounds");
        pools().forEach(member -> member.capacityBounds(bounds));
        listeners.fire(listener -> listener.boundsChanged(this));
    }

    @Override
    public IntervalBounds intervalBounds() {
        return intervalBounds;
    }

    @Override
    public void intervalBounds(IntervalBounds bounds) {
        intervalBounds = Objects.requireNonNull(bounds, "bounds");
        pools().forEach(member -> member.intervalBounds(bounds));
        listeners.fire(listener -> listener.boundsChanged(this));
    }

    // ---- listeners

    /** Passes on events that concern the group: the first member that becomes ready, and every loss and recovery. */
    private final class MemberEvents implements PoolListener {

        @Override
        public void ready(StreamPool member) {
            members.look();
            if (everReady.compareAndSet(false, true)) {
                listeners.fire(listener -> listener.ready(CoreGroupPool.this));
            }
        }

        @Override
        public void peerLost(StreamPool member, String reason) {
            members.look();
            listeners.fire(listener -> listener.peerLost(CoreGroupPool.this, member.name() + ": " + reason));
        }

        @Override
        public void recovered(StreamPool member) {
            members.look();
            listeners.fire(listener -> listener.recovered(CoreGroupPool.this));
        }
    }

    // ---- closing

    @Override
    public void close(Duration drainTimeout) {
        feed.close();
        lifecycle.close(Objects.requireNonNull(drainTimeout, "drainTimeout"));
    }
}
