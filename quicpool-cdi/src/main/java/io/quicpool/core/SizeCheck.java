package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import io.quicpool.core.connection.ClientConnections;
import io.quicpool.core.exchange.IdRequest;
import io.quicpool.core.streams.IdleStreams;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.core.threads.SharedDecision;
import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the idle streams of a client pool with its capacity and opens what is missing. It needs no history. It runs each
 * {@link #interval}, and at once when a caller waits or few streams are idle. {@link Policy} has the rules. Decides on the
 * timer thread.
 */
final class SizeCheck {

    private static final Future<?> NOT_SCHEDULED = CompletableFuture.completedFuture(null);

    private final PoolThreads threads;
    private final IdleStreams idleStreams;
    private final ClientConnections connections;
    private final IdRequest idRequest;
    private final Supplier<PoolState> state;
    private final SharedDecision check;
    private volatile CapacityBounds capacityBounds;
    private volatile IntervalBounds intervalBounds;
    // Written by the timer thread only.
    private volatile int capacity;
    private volatile Duration interval;
    private long takesAtLastCheck;
    // Null before the first run.
    private @Nullable Future<?> next;

    SizeCheck(
            ClientPoolConfig config,
            PoolThreads threads,
            IdleStreams idleStreams,
            ClientConnections connections,
            IdRequest idRequest,
            Supplier<PoolState> state) {
        this.threads = threads;
        this.idleStreams = idleStreams;
        this.connections = connections;
        this.idRequest = idRequest;
        this.state = state;
        this.check = new SharedDecision(threads, this::check);
        this.capacityBounds = config.capacity();
        this.intervalBounds = config.interval();
        this.capacity = capacityBounds.min();
        this.interval = intervalBounds.min();
    }

    /** Runs at once, then each interval. Timer thread. */
    void run() {
        next = NOT_SCHEDULED;
        try {
            if (!connections.open().isEmpty()) {
                adjustToDemand();
            }
            check();
        } finally {
            next = threads.decideAfter(interval, this::run);
        }
    }

    /** Runs again when the last check could not schedule the next one, for example without memory. Timer thread. */
    void restartIfStuck() {
        Future<?> scheduled = next;
        if (scheduled != null && scheduled.isDone()) {
            run();
        }
    }

    private void adjustToDemand() {
        long takes = idleStreams.takes();
        long taken = takes - takesAtLastCheck;
        takesAtLastCheck = takes;
        interval = Policy.interval(interval, idleStreams.idle(), capacity(), intervalBounds);
        capacity = Policy.capacity(capacity(), taken, capacityBounds);
    }

    /** Opens what is missing, as soon as the timer is free. Any thread. */
    void request() {
        check.request();
    }

    /** Opens what is missing. Timer thread. */
    void check() {
        List<Connection> open = connections.open();
        if (open.isEmpty() || state.get() != PoolState.RUNNING) {
            return;
        }
        int missing = Policy.missing(
                capacity(),
                idRequest::opening,
                idleStreams::waitingForAny,
                idleStreams::idle,
                capacityBounds,
                credit(open));
        if (missing == 0) {
            return;
        }
        int waiting = idleStreams.waitingForAny();
        ClientConnections.Spread spread =
                connections.new Spread(open, this::streams, capacityBounds.max(), idRequest::credit);
        for (int i = 0; i < missing; i++) {
            Connection connection = spread.next(i < waiting);
            if (connection == null) {
                return;
            }
            idRequest.open(connection);
        }
    }

    /** How many streams of this connection are opening, idle or in use. */
    int streams(Connection connection) {
        // Reads in the order in which streams move. A stream that moves meanwhile counts twice, which is safe. It is
        // never missed.
        int opening = idRequest.opening(connection);
        return opening + idleStreams.live(connection).size();
    }

    /** How many streams may be opened on these connections now. */
    int credit(List<Connection> open) {
        return (int) Math.min(
                Integer.MAX_VALUE, open.stream().mapToLong(idRequest::credit).sum());
    }

    /** Whether so few streams are idle that the pool should not wait for the next regular check. */
    boolean isLow() {
        return Policy.isLow(idleStreams.idle(), capacity());
    }

    /** Whether more streams should be opened, as far as the capacity and those that are idle or opening tell. */
    boolean isBelowCapacity() {
        return idleStreams.idle() + idRequest.opening() < capacity();
    }

    // New bounds hold at once. A check that runs before clampCapacity must not open what a sweep has just evicted.
    int capacity() {
        return capacityBounds.clamp(capacity);
    }

    Duration interval() {
        return interval;
    }

    CapacityBounds capacityBounds() {
        return capacityBounds;
    }

    /** Sets other bounds. Any thread; {@link #clampCapacity} and {@link #check} follow. */
    void capacityBounds(CapacityBounds bounds) {
        capacityBounds = bounds;
    }

    /** Brings the capacity within its bounds. Timer thread. */
    void clampCapacity() {
        capacity = capacity();
    }

    IntervalBounds intervalBounds() {
        return intervalBounds;
    }

    /** Sets other bounds. Any thread. */
    void intervalBounds(IntervalBounds bounds) {
        intervalBounds = bounds;
        threads.decide(() -> {
            interval = bounds.clamp(interval);
            Future<?> scheduled = next;
            if (scheduled != null && scheduled.cancel(false)) {
                next = threads.decideAfter(interval, this::run);
            }
        });
    }
}
