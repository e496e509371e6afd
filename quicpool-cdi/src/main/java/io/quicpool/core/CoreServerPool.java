package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamErrors;
import io.quicpool.StreamHandler;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ConfigException;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Holds the other ends: admits clients and their streams, and keeps apart who belongs to whom. */
final class CoreServerPool extends CorePool implements ServerPool, ListenerEvents {

    /** How a refused client is told; that of the Go package. */
    static final String UNAUTHORIZED = "unauthorized IP";

    /** How many streams a client may have open at a time, in use and not, where nothing is set. */
    static final int ROOM = 16_384;

    /** Binds the address; blocks. */
    interface Opener {
        Listener listen(CoreServerPool pool) throws IOException;
    }

    private final ServerPoolConfig config;
    private final Admission admission;
    private final RefusalLog refusals;
    private final ClientLog clients;
    private final Set<ServerConnection> guests = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Dispatcher> dispatcher = new AtomicReference<>();
    private final NoHandlerWarning unheard = new NoHandlerWarning(this);
    private long lastLook = System.nanoTime(); // timer thread only
    private volatile int maxCapacity;
    // The places that the next client may have.
    private volatile int nextShare;
    private final AtomicBoolean sharePending = new AtomicBoolean();
    private volatile @Nullable Listener listener;

    CoreServerPool(ServerPoolConfig config) {
        super(
                config.name(),
                config.maxWaiting(),
                config.streamTimeouts(),
                new PoolThreads(config.name(), true, config.handlers().executor() == HandlerExecutor.VIRTUAL));
        this.config = config;
        this.maxCapacity = config.maxCapacity();
        this.nextShare = maxCapacity;
        this.admission = new Admission(this, config);
        this.refusals = new RefusalLog(name, log);
        this.clients = new ClientLog(name, log);
    }

    void start(Opener opener) throws IOException {
        Listener bound;
        try {
            bound = opener.listen(this);
        } catch (IOException | RuntimeException e) {
            lifecycle.close(Duration.ZERO);
            throw e;
        }
        listener = bound;
        lifecycle.start();
        log.log(Level.INFO, "{0}: listening on {1}", name, bound.localAddress());
        listeners.tell(each -> each.ready(this));
    }

    // ---- clients; on engine threads

    @Override
    public boolean wouldAccept(InetSocketAddress client) {
        return unwelcome(client) == null;
    }

    private Reason.@Nullable Refused unwelcome(InetSocketAddress client) {
        if (!config.allows(client.getAddress())) {
            return Reason.Refused.ADDRESS;
        }
        return guests.size() >= config.maxConnections() ? Reason.Refused.CONNECTIONS : null;
    }

    @Override
    public void ignored(InetSocketAddress client, Ignored why) {
        switch (why) {
            case UNWELCOME -> {
                Reason.Refused reason = unwelcome(client);
                refused(reason == null ? Reason.Refused.CONNECTIONS : reason, client);
            }
            case BUSY -> refused(Reason.Refused.HANDSHAKES, client);
            case MALFORMED -> refused(Reason.Refused.BAD_HANDSHAKE, client);
            case SLOW -> refused(Reason.Refused.SLOW_HANDSHAKE, client);
            case FAILED -> refused(Reason.Refused.FAILED_HANDSHAKE, client);
            case MOVED -> refused(Reason.Refused.MOVED, client);
            case DROPPED -> refused(Reason.Refused.DATAGRAMS, client);
            case CUT_OFF -> refused(Reason.Refused.VIOLATION, client);
            case SENT_BACK -> {
                // It has cost nothing, and comes back.
            }
        }
    }

    @Override
    public ConnectionEvents connected(Connection connection) {
        ServerConnection guest = new ServerConnection(this, connection);
        InetSocketAddress client = connection.remoteAddress();
        Reason.Refused unwelcome = unwelcome(client);
        if (unwelcome != null) {
            refused(unwelcome, client);
            connection.close(0, unwelcome == Reason.Refused.ADDRESS ? UNAUTHORIZED : "too many connections");
        } else {
            guests.add(guest);
            shareSoon();
            metrics.connects.increment();
            clients.tell(client + " connected");
        }
        return guest;
    }

    @Override
    public int maxStreams(boolean includingInUse) {
        int bound = config.maxStreamsPerConnection();
        if (includingInUse) {
            return bound == 0 ? Policy.creditWithUsed(nextShare, maxCapacity) : bound;
        }
        return Policy.credit(nextShare, mostStreams());
    }

    private int mostStreams() {
        int bound = config.maxStreamsPerConnection();
        return bound == 0 ? ROOM : bound;
    }

    // Clients come and go many at a time.
    private void shareSoon() {
        if (sharePending.compareAndSet(false, true)) {
            try {
                threads.decide(() -> {
                    sharePending.set(false);
                    share();
                });
            } catch (RuntimeException | Error e) {
                sharePending.set(false);
                throw e;
            }
        }
    }

    // Who has less than its share gets more, who has more gets no more. Timer thread.
    private FairShares share() {
        FairShares shares = new FairShares(this, guests, admission::waits, System.nanoTime());
        nextShare = shares.next();
        guests.forEach(guest -> guest.connection().maxIdleStreams(Policy.credit(guest.share, mostStreams())));
        return shares;
    }

    @Override
    void placeFree() {
        admission.placeFree();
    }

    /** Counts what was turned away, and says so in the log now and then. Any thread. */
    void refused(Reason.Refused reason, InetSocketAddress client) {
        metrics.refused(reason);
        refusals.tell(reason, client);
    }

    void accepted(EngineStream stream, ServerConnection guest) {
        if (guests.contains(guest) && !ending()) {
            admission.opened(stream, guest);
        } else {
            stream.reset(StreamErrors.CLOSING);
        }
    }

    void lost(ServerConnection guest, String reason) {
        if (!guests.remove(guest)) {
            return;
        }
        metrics.lost.increment();
        shareSoon();
        // Not on the engine's thread, there may be thousands.
        threads.decide(() -> retireAll(guest.connection()));
        clients.tell(guest.connection().remoteAddress() + " has gone: " + reason);
        listeners.tell(each -> each.peerLost(this, reason));
    }

    /** A stream has its id. Any thread. */
    void delivered(Slot slot) {
        if (dispatcher.get() != null || unheard.mayBe()) {
            watch(slot);
        }
    }

    // Watching a stream costs no thread.
    private void watch(Slot slot) {
        slot.stream().whenReadable(1, () -> spoken(slot));
    }

    // On an engine thread: a client has begun to speak on an idle stream, or its answer to a caller has come.
    private void spoken(Slot slot) {
        Dispatcher serving = dispatcher.get();
        if (serving != null) {
            serving.spoken(slot);
        } else if (slot.isIdle()) {
            unheard.spoken(slot);
        }
    }

    private void watchAll() {
        stock.oldestFirst().forEach(this::watch);
    }

    // ---- client-led

    @Override
    public void serve(StreamHandler handler) {
        serve(handler, threads.handlers());
    }

    @Override
    public void serve(StreamHandler handler, Executor executor) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(executor, "executor");
        Dispatcher serving = new Dispatcher(this, handler, executor, config.handlers());
        if (!dispatcher.compareAndSet(null, serving)) {
            throw new IllegalStateException("pool \"" + name + "\" has a handler already");
        }
        // What came before the handler; what comes at this moment is watched twice, which is the same as once.
        watchAll();
    }

    @Override
    public void resume() {
        super.resume();
        if (dispatcher.get() != null) {
            watchAll(); // what was spoken to meanwhile was let lie
        }
    }

    @Override
    public int handlersRunning() {
        Dispatcher serving = dispatcher.get();
        return serving == null ? 0 : serving.running();
    }

    @Override
    public int handlersWaiting() {
        Dispatcher serving = dispatcher.get();
        return serving == null ? 0 : serving.waiting();
    }

    // ---- the stock

    @Override
    void replenish() {
        // Only clients open streams.
    }

    @Override
    void housekeeping() {
        admission.sweep(share());
        Listener bound = listener;
        if (bound != null) {
            bound.sweep();
        }
        sweep(maxCapacity);
        refusals.flush();
        clients.flush();
        Dispatcher serving = dispatcher.get();
        if (serving != null) {
            serving.serveNext();
        } else {
            unheard.look();
        }
        dropSilent();
    }

    // An engine may take longer: it waits for three probe time-outs at least (RFC 9000, section 10.1), and those are
    // seconds after a bad time of the network or of this machine.
    private void dropSilent() {
        long now = System.nanoTime();
        // When this process itself stood still, the clients' packets may still be unread: let them be read first.
        boolean stalled = now - lastLook > 3 * HOUSEKEEPING.toNanos();
        lastLook = now;
        if (stalled) {
            return;
        }
        for (ServerConnection guest : guests) {
            Connection connection = guest.connection();
            long silent = connection.silentNanos();
            // A client that does not ping answers what this side sends it last of all, so it is given a little longer.
            if (silent > connection.idleTimeout().plus(HOUSEKEEPING).toNanos()) {
                lost(guest, "no answer for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms");
                threads.disconnect(() -> connection.close(0, ClientConnection.CLOSED));
            }
        }
    }

    @Override
    void openingEnded(Slot slot, Reason.Evicted reason) {
        admission.ended(slot, reason);
    }

    @Override
    void giveUpOpening(int generation) {
        admission.giveUp(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
    }

    // ---- what is told

    @Override
    public InetSocketAddress localAddress() {
        Listener bound = listener;
        if (bound == null) {
            throw new IllegalStateException("pool \"" + name + "\" is not started");
        }
        return bound.localAddress();
    }

    @Override
    public boolean ready() {
        return state() == PoolState.RUNNING && listening();
    }

    private boolean listening() {
        Listener bound = listener;
        return life() == PoolState.RUNNING && bound != null && bound.alive();
    }

    @Override
    public int capacity() {
        return maxCapacity;
    }

    @Override
    public void maxCapacity(int max) {
        if (max < 1 || max > CapacityBounds.LIMIT) {
            throw new ConfigException("max-capacity", max, "must be from 1 to " + CapacityBounds.LIMIT);
        }
        maxCapacity = max;
        shareSoon();
        placeFree();
        threads.decide(() -> sweep(max));
        log.log(Level.INFO, "{0}: bounds of capacity up to {1}", name, max);
        listeners.tell(each -> each.boundsChanged(this));
    }

    @Override
    public void certificate(KeyMaterial certificate) {
        Objects.requireNonNull(certificate, "certificate");
        Listener bound = listener;
        if (bound == null || life() != PoolState.RUNNING) {
            throw new IllegalStateException("pool \"" + name + "\" is " + life());
        }
        try {
            bound.certificate(certificate);
        } catch (IOException e) {
            throw new ConfigException("certificate", certificate, String.valueOf(e.getMessage()), e);
        }
        log.log(Level.INFO, "{0}: presents another certificate from now on: {1}", name, certificate.fingerprint());
    }

    @Override
    public Duration interval() {
        return Duration.ZERO;
    }

    @Override
    String link() {
        return listening() ? "listening" : "down";
    }

    @Override
    List<Connection> connections() {
        return guests.stream().map(ServerConnection::connection).toList();
    }

    @Override
    int opening() {
        return admission.waiting();
    }

    @Override
    void closing() {
        Listener bound = listener;
        if (bound != null) {
            bound.stopAccepting();
        }
    }

    @Override
    boolean closeConnections(Duration timeout) throws InterruptedException {
        admission.giveUp(Reason.Evicted.CLOSED, slot -> true);
        guests.forEach(guest -> guest.connection().close(0, ClientConnection.CLOSED));
        Listener bound = listener;
        return bound == null || bound.close(timeout);
    }
}
