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
import io.quicpool.core.report.Metrics;
import io.quicpool.core.requests.Requests;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.TakenBy;
import io.quicpool.core.streams.Waiter;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
final class CoreGroupPool extends PoolFacade implements ClientRequests {

    private final ClientPoolConfig config;
    private final List<CoreClientPool> members;
    private final AtomicInteger nextMember = new AtomicInteger();
    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final AtomicBoolean everReady = new AtomicBoolean();
    private final GroupLifecycle lifecycle;
    private final Requests requests;

    /** Makes a group of members that are not started yet. */
    CoreGroupPool(ClientPoolConfig config, List<CoreClientPool> members) {
        super(PoolLabel.client(config.name()), new PoolThreads(config.name()));
        this.config = config;
        this.members = List.copyOf(members);
        this.requests = new Requests(this, config.maxRequestBytes());
        this.lifecycle = new GroupLifecycle(this, this.members, threads, listeners, log);
    }

    @Override
    void observedBy(List<PoolObserver> observers) {
        super.observedBy(observers);
        members.forEach(member -> member.observedBy(observers));
    }

    void start() {
        members.forEach(member -> {
            member.addListener(new MemberEvents());
            member.start();
        });
    }

    // ---- taking streams

    @Override
    public @Nullable Slot takeNow(@Nullable StreamId id) {
        Slot slot = id == null ? takeAny() : takeFromHolder(id);
        if (slot != null) {
            exhausted.set(false);
        }
        return slot;
    }

    private @Nullable Slot takeAny() {
        int first = nextMember.getAndIncrement();
        for (int i = 0; i < members.size(); i++) {
            CoreClientPool member = members.get(Math.floorMod(first + i, members.size()));
            Slot slot = member.ready() ? member.takeNow(null) : null;
            if (slot != null) {
                return slot;
            }
        }
        return null;
    }

    private @Nullable Slot takeFromHolder(StreamId id) {
        for (CoreClientPool member : members) {
            Slot slot = member.takeNow(id);
            if (slot != null) {
                return slot;
            }
        }
        return null;
    }

    @Override
    public boolean addWaiter(Waiter waiter) {
        waiting.add(waiter);
        boolean waits = false;
        for (CoreClientPool member : members) {
            if (member.lifecycleState() == PoolState.RUNNING && waiter.isWaiting()) {
                waits |= member.addWaiter(waiter);
            }
        }
        if (lifecycleState() != PoolState.RUNNING) {
            if (waiter.close()) {
                waiter.wake();
            }
            return true;
        }
        if (!waits) {
            waiting.remove(waiter);
        } else if (waiter.id() == null && waiter.isWaiting()) {
            fireExhausted();
        }
        return waits;
    }

    @Override
    public @Nullable Connection connectionForRequest() {
        return null;
    }

    @Override
    public @Nullable Lease leaseNew(EngineStream stream, long since, @Nullable TakenBy by) {
        return null;
    }

    @Override
    public void reportExhausted() {
        members.forEach(CoreClientPool::reportExhausted);
        fireExhausted();
    }

    @Override
    public boolean maxInUseReached() {
        return members.stream().anyMatch(CoreClientPool::maxInUseReached);
    }

    private void fireExhausted() {
        if (state() == PoolState.RUNNING && exhausted.compareAndSet(false, true)) {
            listeners.fire(listener -> listener.exhausted(this));
        }
    }

    @Override
    public void removeWaiter(Waiter waiter) {
        waiting.remove(waiter);
        members.forEach(member -> member.removeWaiter(waiter));
    }

    @Override
    public PoolStreams streams(Slot slot) {
        for (CoreClientPool member : members) {
            if (slot.isOwnedBy(member.idleStreams)) {
                return member.streams;
            }
        }
        throw new IllegalStateException(slot + " belongs to no member of " + label);
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
        return List.copyOf(members);
    }

    /** The state of the member that is least advanced, because the pool works while one member does. */
    @Override
    public PoolState state() {
        return leastAdvanced(CoreClientPool::state);
    }

    @Override
    public PoolState lifecycleState() {
        return leastAdvanced(CoreClientPool::lifecycleState);
    }

    // A loop and no stream of states, because every take calls it.
    private PoolState leastAdvanced(Function<CoreClientPool, PoolState> stateOf) {
        PoolState leastAdvanced = PoolState.CLOSED;
        for (CoreClientPool member : members) {
            PoolState state = stateOf.apply(member);
            if (state.compareTo(leastAdvanced) < 0) {
                leastAdvanced = state;
            }
        }
        return leastAdvanced;
    }

    @Override
    public boolean ready() {
        return members.stream().anyMatch(CoreClientPool::ready);
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
        return members.stream()
                .map(CoreClientPool::interval)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    @Override
    public long errorCount() {
        return metrics.errors()
                + members.stream().mapToLong(CoreClientPool::errorCount).sum();
    }

    private int sum(ToIntFunction<CoreClientPool> number) {
        return members.stream().mapToInt(number).sum();
    }

    @Override
    public PoolSnapshot snapshot() {
        return counted(PoolSnapshot.builder(name()))
                .state(state())
                .ready(ready())
                .link(members.stream().filter(CoreClientPool::ready).count() + " of " + members.size() + " up")
                .peers(members.stream()
                        .flatMap(member -> member.peers().stream())
                        .toList())
                .interval(interval())
                .lastError(MemberFailure.text(members))
                .totals(Metrics.totals(allMetrics()))
                .build();
    }

    @Override
    List<Metrics> allMetrics() {
        return Stream.<PoolFacade>concat(Stream.of(this), members.stream())
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
                .waiting(waiting.size())
                .capacity(capacity())
                .errors(errorCount());
    }

    @Override
    public @Nullable Throwable lastError() {
        MemberFailure last = MemberFailure.last(members);
        return last == null ? null : last.failure().cause();
    }

    // ---- calls for all members

    @Override
    public void flush() {
        members.forEach(CoreClientPool::flush);
    }

    @Override
    public void suspend() {
        members.forEach(CoreClientPool::suspend);
    }

    @Override
    public void resume() {
        members.forEach(CoreClientPool::resume);
    }

    @Override
    public void resetError() {
        metrics.resetErrors();
        members.forEach(CoreClientPool::resetError);
    }

    @Override
    public CapacityBounds capacityBounds() {
        return members.get(0).capacityBounds();
    }

    @Override
    public void capacityBounds(CapacityBounds bounds) {
        members.forEach(member -> member.capacityBounds(bounds));
        listeners.fire(listener -> listener.boundsChanged(this));
    }

    @Override
    public IntervalBounds intervalBounds() {
        return members.get(0).intervalBounds();
    }

    @Override
    public void intervalBounds(IntervalBounds bounds) {
        members.forEach(member -> member.intervalBounds(bounds));
        listeners.fire(listener -> listener.boundsChanged(this));
    }

    // ---- listeners

    /** Passes on events that concern the group: the first member that becomes ready, and every loss and recovery. */
    private final class MemberEvents implements PoolListener {

        @Override
        public void ready(StreamPool member) {
            if (everReady.compareAndSet(false, true)) {
                listeners.fire(listener -> listener.ready(CoreGroupPool.this));
            }
        }

        @Override
        public void peerLost(StreamPool member, String reason) {
            listeners.fire(listener -> listener.peerLost(CoreGroupPool.this, member.name() + ": " + reason));
        }

        @Override
        public void recovered(StreamPool member) {
            listeners.fire(listener -> listener.recovered(CoreGroupPool.this));
        }
    }

    // ---- closing

    @Override
    public void close(Duration drainTimeout) {
        lifecycle.close(Objects.requireNonNull(drainTimeout, "drainTimeout"));
    }
}
