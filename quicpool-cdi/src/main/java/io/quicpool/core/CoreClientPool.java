package io.quicpool.core;

import io.quicpool.ClientPool;
import io.quicpool.PoolState;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.TlsMode;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps streams open ahead of use. The level of the stock is all that counts: whatever happened, a look at it says how many
 * to open. It is looked at every {@link #interval} and at once when somebody waits or the stock is low.
 */
final class CoreClientPool extends CorePool implements ClientPool, ClientConnection.Owner, IdRequest.Owner {

    private final ClientPoolConfig config;
    private final ClientConnections links;
    private final IdRequest ids;
    private final AtomicBoolean lookPending = new AtomicBoolean();
    private volatile CapacityBounds capacityBounds;
    private volatile IntervalBounds intervalBounds;
    // Written by the timer thread only.
    private volatile int capacity;
    private volatile Duration interval;
    private long takesAtTick;
    private @Nullable Future<?> nextTick;
    private boolean everReady;
    private final CreditShortage drought = new CreditShortage();
    private volatile boolean noCredit;
    // The connections on which an id was exchanged: only then are they known to lead to a pool.
    private final Set<Connection> proven = ConcurrentHashMap.newKeySet();

    CoreClientPool(String name, ClientPoolConfig config, ClientConnection.Connector connector) {
        this(name, config, connector, Integer.MAX_VALUE);
    }

    CoreClientPool(String name, ClientPoolConfig config, ClientConnection.Connector connector, int perConnection) {
        super(name, config.maxWaiting(), config.streamTimeouts(), new PoolThreads(name));
        this.config = config;
        this.capacityBounds = config.capacity();
        this.intervalBounds = config.interval();
        this.capacity = capacityBounds.min();
        this.interval = intervalBounds.min();
        this.ids = new IdRequest(this, config.idTimeout(), this);
        this.links = new ClientConnections(this, connector, this, perConnection);
    }

    void start() {
        if (config.tlsMode() == TlsMode.INSECURE) {
            log.log(Level.WARNING, "{0}: tls-mode is insecure: the server''s certificate is not checked", name);
        }
        lifecycle.start();
        threads.decide(links::connect);
        threads.decide(this::tick);
    }

    /** Losses are expected from now on. */
    void endsSoon() {
        links.endSoon();
    }

    // ---- the stock, on the timer thread

    private void tick() {
        try {
            if (!links.open().isEmpty()) {
                adjust();
            }
            look();
        } finally {
            nextTick = threads.decideAfter(interval, this::tick);
        }
    }

    private void adjust() {
        long takes = stock.takes();
        long taken = takes - takesAtTick;
        takesAtTick = takes;
        interval = Policy.interval(interval, stock.idle(), capacity, intervalBounds);
        capacity = Policy.capacity(capacity, taken, capacityBounds);
    }

    private void look() {
        List<Connection> open = links.open();
        if (open.isEmpty() || life() != PoolState.RUNNING) {
            return;
        }
        int missing =
                Policy.missing(capacity, ids::opening, stock::waitingForAny, stock::idle, capacityBounds, credit(open));
        if (missing == 0) {
            return;
        }
        int waiting = stock.waitingForAny();
        ClientConnections.Spread spread = links.new Spread(open, this::streams, capacityBounds.max(), ids::credit);
        for (int i = 0; i < missing; i++) {
            Connection connection = spread.next(i < waiting);
            if (connection == null) {
                return;
            }
            ids.open(connection);
        }
    }

    // In the order in which streams move: one that does so meanwhile counts twice, and not never.
    private int streams(Connection connection) {
        int opening = ids.opening(connection);
        return opening + stock.live(connection).size();
    }

    @Override
    void replenish() {
        if (lookPending.compareAndSet(false, true)) {
            try {
                threads.decide(() -> {
                    lookPending.set(false);
                    look();
                });
            } catch (RuntimeException | Error e) {
                lookPending.set(false);
                throw e;
            }
        }
    }

    @Override
    void housekeeping() {
        links.watch(config.keepAlive(), config.idTimeout(), this::isUsed);
        if (links.several()) {
            links.shrink(Math.max(capacity, stock.idle() + stock.taken()), each -> streams(each) > 0);
        }
        Future<?> tick = nextTick;
        if (tick != null && tick.isDone()) {
            // The last one could not arm the next, for want of memory.
            tick();
        }
        ids.sweep();
        sweep(capacityBounds.max());
        watchCredit();
        if (Policy.low(stock.idle(), capacity)) {
            look();
        }
    }

    // ---- stream credit

    private int credit(List<Connection> open) {
        return (int)
                Math.min(Integer.MAX_VALUE, open.stream().mapToLong(ids::credit).sum());
    }

    private void watchCredit() {
        List<Connection> open = links.open();
        boolean dry = !open.isEmpty()
                && state() == PoolState.RUNNING
                && stock.idle() == 0
                && ids.opening() == 0
                && credit(open) == 0;
        switch (drought.look(dry, System.nanoTime())) {
            case TELL -> {
                noCredit = true;
                String what = "no stream credit: " + open.get(0).remoteAddress()
                        + " lets this client open no more streams, " + stock.taken() + " are in use";
                metrics.error(new IOException(what));
                log.log(Level.WARNING, "{0}: {1}", name, what);
            }
            case ACT -> moreCredit(open);
            case OVER -> {
                noCredit = false;
                log.log(Level.INFO, "{0}: has stream credit again", name);
            }
            case NOTHING -> {
                // As it was.
            }
        }
    }

    // A peer that gives no credit back although all has ended is left; one whose streams are in use may be right.
    private void moreCredit(List<Connection> open) {
        for (Connection each : open) {
            if (streams(each) == 0) {
                links.leave(each, "it gives no stream credit, and another connection may");
                return;
            }
        }
        links.another(capacityBounds.max());
    }

    // ---- what happens to it

    @Override
    public void up(Connection connection) {
        look();
    }

    @Override
    public void down(Connection connection, String reason) {
        retireAll(connection);
        ids.lost(connection);
        if (proven.remove(connection) && proven.isEmpty()) {
            listeners.tell(listener -> listener.peerLost(this, reason));
        }
    }

    @Override
    public void shed(Connection connection) {
        proven.remove(connection);
    }

    @Override
    public void delivered(Slot slot) {
        Connection connection = slot.stream().connection();
        if (!proven.contains(connection)) {
            threads.decide(() -> proved(connection));
        }
        if (stock.waitingForAny() > 0 || stock.idle() + ids.opening() < capacity) {
            replenish();
        }
    }

    private void proved(Connection connection) {
        if (proven.contains(connection) || !links.has(connection)) {
            return;
        }
        boolean more = !proven.isEmpty();
        proven.add(connection);
        links.proved(connection);
        if (more) {
            return;
        }
        boolean again = everReady;
        everReady = true;
        log.log(Level.INFO, again ? "{0}: ready again" : "{0}: ready", name);
        listeners.tell(listener -> {
            if (again) {
                listener.recovered(this);
            } else {
                listener.ready(this);
            }
        });
    }

    @Override
    public void failed(Connection connection, Throwable cause, boolean full) {
        // Not tried again before the next look: whatever made it fail needs time to pass.
        if (!connection.alive()) {
            // Why the connection has ended says more.
            metrics.error();
            return;
        }
        metrics.error(cause);
        if (!proven.contains(connection)) {
            threads.decide(() -> links.idFailed(connection, new ClientConnection.IdFailure(Metrics.text(cause), full)));
        }
    }

    @Override
    public void peerCloses(Connection connection) {
        if (links.has(connection)) {
            threads.decide(() ->
                    links.leave(connection, "closed by the peer: pool closed, streams in use live on for a while"));
        }
    }

    @Override
    void openingEnded(Slot slot, Reason.Evicted reason) {
        ids.ended(slot, reason);
    }

    @Override
    void giveUpOpening(int generation) {
        ids.giveUp(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
    }

    // ---- what is told

    @Override
    public List<ClientPool> members() {
        return List.of();
    }

    @Override
    public boolean ready() {
        return state() == PoolState.RUNNING && links.open().stream().anyMatch(proven::contains);
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
    String link() {
        return noCredit ? links.text() + ", no stream credit" : links.text();
    }

    @Override
    List<Connection> connections() {
        return links.connections();
    }

    @Override
    int opening() {
        return ids.opening();
    }

    // ---- what can be changed

    @Override
    public CapacityBounds capacityBounds() {
        return capacityBounds;
    }

    @Override
    public void capacityBounds(CapacityBounds bounds) {
        capacityBounds = Objects.requireNonNull(bounds, "bounds");
        threads.decide(() -> {
            capacity = bounds.clamp(capacity);
            sweep(bounds.max());
            look();
        });
        changed("capacity " + bounds.min() + " to " + bounds.max());
    }

    @Override
    public IntervalBounds intervalBounds() {
        return intervalBounds;
    }

    @Override
    public void intervalBounds(IntervalBounds bounds) {
        intervalBounds = Objects.requireNonNull(bounds, "bounds");
        threads.decide(() -> {
            interval = bounds.clamp(interval);
            Future<?> tick = nextTick;
            if (tick != null && tick.cancel(false)) {
                nextTick = threads.decideAfter(interval, this::tick);
            }
        });
        changed("interval " + bounds.min() + " to " + bounds.max());
    }

    private void changed(String what) {
        log.log(Level.INFO, "{0}: bounds of {1}", name, what);
        listeners.tell(listener -> listener.boundsChanged(this));
    }

    @Override
    boolean closeConnections(Duration timeout) throws InterruptedException {
        ids.giveUp(Reason.Evicted.CLOSED, slot -> true);
        links.close();
        return links.awaitClosed(timeout);
    }
}
