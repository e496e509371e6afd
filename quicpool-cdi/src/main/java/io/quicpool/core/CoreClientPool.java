package io.quicpool.core;

import io.quicpool.ClientPool;
import io.quicpool.PoolState;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Durations;
import io.quicpool.config.Endpoint;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.TlsMode;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps streams open ahead of use. A size check compares the idle streams with the capacity and opens what is missing.
 * It needs no history. It runs each {@link #interval}, and at once when a caller waits or few streams are idle.
 */
final class CoreClientPool extends CorePool implements ClientPool, ClientConnection.Owner, IdRequest.Owner {

    private final ClientPoolConfig config;
    private final ClientConnections connections;
    private final IdRequest idRequest;
    private final AtomicBoolean checkPending = new AtomicBoolean();
    private volatile CapacityBounds capacityBounds;
    private volatile IntervalBounds intervalBounds;
    // Written by the timer thread only.
    private volatile int capacity;
    private volatile Duration interval;
    private long takesAtLastCheck;
    private @Nullable Future<?> nextSizeCheck;
    private boolean everReady;
    private final CreditShortage creditShortage = new CreditShortage();
    private volatile boolean noCredit;
    // The connections on which an id was received. Only those are known to lead to a pool.
    private final Set<Connection> verified = ConcurrentHashMap.newKeySet();

    CoreClientPool(String name, ClientPoolConfig config, Connector connector) {
        this(name, config, connector, Integer.MAX_VALUE);
    }

    CoreClientPool(String name, ClientPoolConfig config, Connector connector, int streamsPerConnection) {
        super(PoolLabel.client(name), config, new PoolThreads(name));
        this.config = config;
        this.capacityBounds = config.capacity();
        this.intervalBounds = config.interval();
        this.capacity = capacityBounds.min();
        this.interval = intervalBounds.min();
        this.idRequest = new IdRequest(this, config.idTimeout(), this);
        this.connections = new ClientConnections(this, connector, this, streamsPerConnection);
    }

    void start() {
        if (config.tlsMode() == TlsMode.INSECURE) {
            log.warning("tls-mode is insecure: the server's certificate is not checked");
        }
        lifecycle.start();
        threads.decide(connections::connect);
        threads.decide(this::runSizeCheck);
    }

    /** Logs further losses on level DEBUG only. */
    void endsSoon() {
        connections.expectLosses();
    }

    // ---- size check, on the timer thread

    private void runSizeCheck() {
        try {
            if (!connections.open().isEmpty()) {
                adjustToDemand();
            }
            checkSize();
        } finally {
            nextSizeCheck = threads.decideAfter(interval, this::runSizeCheck);
        }
    }

    private void adjustToDemand() {
        long takes = idleStreams.takes();
        long taken = takes - takesAtLastCheck;
        takesAtLastCheck = takes;
        interval = Policy.interval(interval, idleStreams.idle(), capacity, intervalBounds);
        capacity = Policy.capacity(capacity, taken, capacityBounds);
    }

    private void checkSize() {
        List<Connection> open = connections.open();
        if (open.isEmpty() || lifecycleState() != PoolState.RUNNING) {
            return;
        }
        int missing = Policy.missing(
                capacity,
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

    // Reads in the order in which streams move. A stream that moves meanwhile counts twice, which is safe. It is never
    // missed.
    private int streams(Connection connection) {
        int opening = idRequest.opening(connection);
        return opening + idleStreams.live(connection).size();
    }

    @Override
    void replenish() {
        if (checkPending.compareAndSet(false, true)) {
            try {
                threads.decide(() -> {
                    checkPending.set(false);
                    checkSize();
                });
            } catch (RuntimeException | Error e) {
                checkPending.set(false);
                throw e;
            }
        }
    }

    @Override
    void periodicCheck() {
        connections.check(config.keepAlive(), config.idTimeout(), this::hasStreamInUse);
        if (connections.hasMoreThanOne()) {
            connections.shrink(Math.max(capacity, idleStreams.idle() + idleStreams.taken()), each -> streams(each) > 0);
        }
        Future<?> scheduled = nextSizeCheck;
        if (scheduled != null && scheduled.isDone()) {
            // The last check could not schedule the next one, for example without memory.
            runSizeCheck();
        }
        idRequest.sweep();
        idleSweep.run(capacityBounds.max());
        checkCredit();
        if (Policy.isLow(idleStreams.idle(), capacity)) {
            checkSize();
        }
    }

    // ---- stream credit

    private int credit(List<Connection> open) {
        return (int) Math.min(
                Integer.MAX_VALUE, open.stream().mapToLong(idRequest::credit).sum());
    }

    private void checkCredit() {
        List<Connection> open = connections.open();
        boolean isShort = !open.isEmpty()
                && state() == PoolState.RUNNING
                && idleStreams.idle() == 0
                && idRequest.opening() == 0
                && credit(open) == 0;
        switch (creditShortage.check(isShort, System.nanoTime())) {
            case REPORT -> {
                noCredit = true;
                String what = "no stream credit: " + Endpoint.text(open.get(0).remoteAddress())
                        + " allows no more streams, " + idleStreams.taken() + " in use";
                metrics.error(new IOException(what));
                log.warning(what);
            }
            case ACT -> obtainCredit(open);
            case OVER -> {
                noCredit = false;
                log.info("stream credit again");
            }
            case NOTHING -> {
                // Nothing has changed.
            }
        }
    }

    // A peer whose streams have all ended owes credit, so reconnect. Otherwise its streams in use may justify it.
    private void obtainCredit(List<Connection> open) {
        for (Connection each : open) {
            if (streams(each) == 0) {
                connections.drain(each, "no stream credit; another connection may get some");
                return;
            }
        }
        connections.addForCredit(capacityBounds.max());
    }

    // ---- events

    @Override
    public void up(Connection connection) {
        checkSize();
    }

    @Override
    public void down(Connection connection, String reason) {
        evictAll(connection);
        idRequest.lost(connection);
        if (verified.remove(connection) && verified.isEmpty()) {
            listeners.fire(listener -> listener.peerLost(this, reason));
        }
    }

    @Override
    public void removed(Connection connection) {
        verified.remove(connection);
    }

    @Override
    public void verified(Connection connection) {
        if (!verified.contains(connection)) {
            threads.decide(() -> markVerified(connection));
        }
    }

    @Override
    public void delivered(Slot slot) {
        if (idleStreams.waitingForAny() > 0 || idleStreams.idle() + idRequest.opening() < capacity) {
            replenish();
        }
    }

    private void markVerified(Connection connection) {
        if (verified.contains(connection) || !connections.contains(connection)) {
            return;
        }
        boolean more = !verified.isEmpty();
        verified.add(connection);
        connections.markVerified(connection);
        if (more) {
            return;
        }
        boolean again = everReady;
        everReady = true;
        log.info(again ? "ready again" : "ready");
        listeners.fire(listener -> {
            if (again) {
                listener.recovered(this);
            } else {
                listener.ready(this);
            }
        });
    }

    @Override
    public void failed(Connection connection, Throwable cause, boolean full) {
        // The next size check tries again, so that the cause has time to pass.
        if (!connection.alive()) {
            // The reason for the loss of the connection says more.
            metrics.error();
            return;
        }
        metrics.error(cause);
        if (!verified.contains(connection)) {
            threads.decide(
                    () -> connections.idFailed(connection, new ClientConnection.IdFailure(Metrics.text(cause), full)));
        }
    }

    @Override
    public void peerClosing(Connection connection) {
        if (connections.contains(connection)) {
            threads.decide(
                    () -> connections.drain(connection, "closed by the peer: pool closed; streams in use may finish"));
        }
    }

    @Override
    void openingEvicted(Slot slot, Reason.Evicted reason) {
        idRequest.evicted(slot, reason);
    }

    @Override
    void evictOpening(int generation) {
        idRequest.evict(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
    }

    // ---- state

    @Override
    public List<ClientPool> members() {
        return List.of();
    }

    @Override
    public boolean ready() {
        return state() == PoolState.RUNNING && connections.open().stream().anyMatch(verified::contains);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    String connectionText() {
        return noCredit ? connections.stateText() + ", no stream credit" : connections.stateText();
    }

    @Override
    List<Connection> connections() {
        return connections.openAndDraining();
    }

    @Override
    int opening() {
        return idRequest.opening();
    }

    // ---- settings at run time

    @Override
    public CapacityBounds capacityBounds() {
        return capacityBounds;
    }

    @Override
    public void capacityBounds(CapacityBounds bounds) {
        CapacityBounds before = capacityBounds;
        capacityBounds = Objects.requireNonNull(bounds, "bounds");
        threads.decide(() -> {
            capacity = bounds.clamp(capacity);
            idleSweep.run(bounds.max());
            checkSize();
        });
        reportBounds("capacity", text(before), text(bounds));
    }

    @Override
    public IntervalBounds intervalBounds() {
        return intervalBounds;
    }

    @Override
    public void intervalBounds(IntervalBounds bounds) {
        IntervalBounds before = intervalBounds;
        intervalBounds = Objects.requireNonNull(bounds, "bounds");
        threads.decide(() -> {
            interval = bounds.clamp(interval);
            Future<?> scheduled = nextSizeCheck;
            if (scheduled != null && scheduled.cancel(false)) {
                nextSizeCheck = threads.decideAfter(interval, this::runSizeCheck);
            }
        });
        reportBounds("interval", text(before), text(bounds));
    }

    private static String text(CapacityBounds bounds) {
        return bounds.min() + " to " + bounds.max();
    }

    private static String text(IntervalBounds bounds) {
        return Durations.text(bounds.min()) + " to " + Durations.text(bounds.max());
    }

    private void reportBounds(String what, String before, String now) {
        log.info(what + " bounds changed: " + before + " before, " + now + " now");
        listeners.fire(listener -> listener.boundsChanged(this));
    }

    @Override
    boolean closeConnections(Duration timeout) throws InterruptedException {
        idRequest.evict(Reason.Evicted.CLOSED, slot -> true);
        connections.close();
        return connections.awaitClosed(timeout);
    }
}
