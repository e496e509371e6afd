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
import io.quicpool.core.connection.ClientConnection;
import io.quicpool.core.connection.ClientConnections;
import io.quicpool.core.connection.Connector;
import io.quicpool.core.exchange.IdRequest;
import io.quicpool.core.exchange.RequestConnections;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.Reason;
import io.quicpool.core.requests.Requests;
import io.quicpool.core.streams.Opening;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps streams open ahead of use: {@link SizeCheck} says how many, {@link ClientConnections} on which connections. */
final class CoreClientPool extends CorePool implements ClientRequests, ClientConnection.Owner, IdRequest.Owner {

    private final ClientPoolConfig config;
    private final ClientConnections connections;
    private final IdRequest idRequest;
    private final Requests requests;
    private final RequestConnections requestConnections = new RequestConnections();
    final SizeCheck sizeCheck;
    private boolean everReady; // timer thread only
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
        this.requests = new Requests(this, config.maxRequestBytes());
        this.idRequest = new IdRequest(streams, log, metrics, requestConnections, config.idTimeout(), this);
        this.connections = new ClientConnections(threads, log, metrics, connector, this, streamsPerConnection);
        this.sizeCheck = new SizeCheck(config, threads, idleStreams, connections, idRequest, this::lifecycleState);
    }

    void start() {
        if (config.tlsMode() == TlsMode.INSECURE) {
            log.warning("tls-mode is insecure: the server's certificate is not checked");
        }
        lifecycle.start();
        threads.decide(connections::connect);
        threads.decide(sizeCheck::run);
    }

    /** Logs further losses on level DEBUG only. */
    void endsSoon() {
        connections.expectLosses();
    }

    @Override
    public void replenish() {
        sizeCheck.request();
    }

    @Override
    public void taken() {
        if (sizeCheck.isLow()) {
            replenish();
        }
    }

    @Override
    public void periodicCheck() {
        connections.check(config.keepAlive(), config.idTimeout(), idleStreams::hasStreamInUse);
        if (connections.hasMoreThanOne()) {
            connections.shrink(
                    Math.max(sizeCheck.capacity(), idleStreams.idle() + idleStreams.taken()),
                    each -> sizeCheck.streams(each) > 0);
        }
        sizeCheck.restartIfStuck();
        idRequest.sweep();
        requestConnections.retain(connections.open());
        idleSweep.run(capacityBounds().max());
        streams.checkLeaks();
        checkCredit();
        if (sizeCheck.isLow()) {
            sizeCheck.check();
        }
    }

    // ---- stream credit, on the timer thread

    private void checkCredit() {
        List<Connection> open = connections.open();
        boolean isShort = !open.isEmpty()
                && state() == PoolState.RUNNING
                && idleStreams.idle() == 0
                && idRequest.opening() == 0
                && sizeCheck.credit(open) == 0;
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
            if (sizeCheck.streams(each) == 0) {
                connections.drain(each, "no stream credit; another connection may get some");
                return;
            }
        }
        connections.addForCredit(capacityBounds().max());
    }

    // ---- events of connections, on the timer thread

    @Override
    public void up(Connection connection) {
        sizeCheck.check();
    }

    @Override
    public void down(Connection connection, String reason) {
        streams.evictAll(connection);
        idRequest.lost(connection);
        if (verified.remove(connection) && verified.isEmpty()) {
            listeners.fire(listener -> listener.peerLost(this, reason));
        }
    }

    @Override
    public void removed(Connection connection) {
        verified.remove(connection);
    }

    // ---- events of the id exchange, on any thread

    @Override
    public void verified(Connection connection) {
        if (!verified.contains(connection)) {
            threads.decide(() -> markVerified(connection));
        }
    }

    @Override
    public void delivered(Slot slot) {
        if (idleStreams.waitingForAny() > 0 || sizeCheck.isBelowCapacity()) {
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
            threads.decide(() -> connections.idFailed(connection, Metrics.text(cause), full));
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
    public void openingEvicted(Slot slot, Reason.Evicted reason) {
        idRequest.evicted(slot, reason);
    }

    @Override
    void evictOpening(int generation) {
        idRequest.evict(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
    }

    // ---- requests

    @Override
    public @Nullable Opening openingForRequest() {
        boolean canTake = lifecycleState() == PoolState.RUNNING && !idleStreams.suspended() && !maxInUseReached();
        Connection connection = canTake ? requestConnections.next() : null;
        return connection == null ? null : new Opening(streams, connection);
    }

    @Override
    public Requests requests() {
        return requests;
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
    public ClientPoolConfig config() {
        return config;
    }

    @Override
    public int capacity() {
        return sizeCheck.capacity();
    }

    @Override
    public Duration interval() {
        return sizeCheck.interval();
    }

    @Override
    String connectionText() {
        return noCredit ? connections.stateText() + ", no stream credit" : connections.stateText();
    }

    @Override
    public List<Connection> connections() {
        return connections.openAndDraining();
    }

    @Override
    int opening() {
        return idRequest.opening();
    }

    // ---- settings at run time

    @Override
    public CapacityBounds capacityBounds() {
        return sizeCheck.capacityBounds();
    }

    @Override
    public void capacityBounds(CapacityBounds bounds) {
        CapacityBounds before = capacityBounds();
        sizeCheck.capacityBounds(Objects.requireNonNull(bounds, "bounds"));
        threads.decide(() -> {
            // Of several changes, the last one counts.
            sizeCheck.clampCapacity();
            idleSweep.run(capacityBounds().max());
            sizeCheck.check();
        });
        reportBounds("capacity", text(before), text(bounds));
    }

    @Override
    public IntervalBounds intervalBounds() {
        return sizeCheck.intervalBounds();
    }

    @Override
    public void intervalBounds(IntervalBounds bounds) {
        IntervalBounds before = intervalBounds();
        sizeCheck.intervalBounds(Objects.requireNonNull(bounds, "bounds"));
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
        metrics.boundsChanged(what, before, now);
        listeners.fire(listener -> listener.boundsChanged(this));
    }

    @Override
    public boolean closeConnections(Duration timeout) throws InterruptedException {
        idRequest.evict(Reason.Evicted.CLOSED, slot -> true);
        connections.close();
        return connections.awaitClosed(timeout);
    }
}
