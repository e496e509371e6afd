package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamErrors;
import io.quicpool.StreamHandler;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ConfigException;
import io.quicpool.config.Endpoint;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.Printable;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Accepts clients and their streams, and keeps the idle streams that they open. */
final class CoreServerPool extends CorePool implements ServerPool, ListenerEvents {

    /** The reason that a client gets whose address is not allowed. The Go package uses the same. */
    static final String UNAUTHORIZED = "unauthorized IP";

    /** How many streams a client may have open, in use or not, when {@code max-streams-per-connection} is not set. */
    static final int DEFAULT_MAX_STREAMS = 16_384;

    /** Binds the address. Blocks. */
    interface Opener {
        Listener listen(CoreServerPool pool) throws IOException;
    }

    private final ServerPoolConfig config;
    private final Admission admission;
    private final RefusalLog refusalLog;
    private final ClientLog clientLog;
    private final Set<ServerConnection> clients = ConcurrentHashMap.newKeySet();
    private final ClientLedUse clientLed = new ClientLedUse(this);
    private long lastCheck = System.nanoTime(); // timer thread only
    private volatile int maxCapacity;
    // How many idle streams the next client may have.
    private volatile int nextShare;
    private final AtomicBoolean shareUpdatePending = new AtomicBoolean();
    private volatile @Nullable Listener listener;

    CoreServerPool(ServerPoolConfig config) {
        super(
                PoolLabel.server(config.name()),
                config,
                new PoolThreads(config.name(), true, config.handlers().executor() == HandlerExecutor.VIRTUAL));
        this.config = config;
        this.maxCapacity = config.maxCapacity();
        this.nextShare = maxCapacity;
        this.admission = new Admission(this, config);
        this.refusalLog = new RefusalLog(log);
        this.clientLog = new ClientLog(log);
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
        log.info("listening on " + Endpoint.text(bound.localAddress()));
        listeners.fire(each -> each.ready(this));
    }

    // ---- clients, on engine threads

    @Override
    public boolean wouldAccept(InetSocketAddress address) {
        return refusalOf(address) == null;
    }

    private Reason.@Nullable Refused refusalOf(InetSocketAddress address) {
        if (!config.allows(address.getAddress())) {
            return Reason.Refused.ADDRESS;
        }
        return clients.size() >= config.maxConnections() ? Reason.Refused.CONNECTIONS : null;
    }

    @Override
    public void ignored(InetSocketAddress address, Ignored why) {
        switch (why) {
            case UNWELCOME -> {
                Reason.Refused reason = refusalOf(address);
                refused(reason == null ? Reason.Refused.CONNECTIONS : reason, address);
            }
            case BUSY -> refused(Reason.Refused.HANDSHAKES, address);
            case MALFORMED -> refused(Reason.Refused.BAD_HANDSHAKE, address);
            case SLOW -> refused(Reason.Refused.SLOW_HANDSHAKE, address);
            case FAILED -> refused(Reason.Refused.FAILED_HANDSHAKE, address);
            case MOVED -> refused(Reason.Refused.MOVED, address);
            case DROPPED -> refused(Reason.Refused.DATAGRAMS, address);
            case CUT_OFF -> refused(Reason.Refused.VIOLATION, address);
            case SENT_BACK -> {
                // Nothing was kept for it, and the client returns.
            }
        }
    }

    @Override
    public void handshakeFailed(InetSocketAddress address, String reason) {
        metrics.refused(Reason.Refused.FAILED_HANDSHAKE);
        refusalLog.record(Reason.Refused.FAILED_HANDSHAKE, address, Printable.said(reason, CloseReason.MAX_LENGTH));
    }

    @Override
    public ConnectionEvents connected(Connection connection) {
        ServerConnection client = new ServerConnection(this, connection);
        InetSocketAddress address = connection.remoteAddress();
        Reason.Refused refusal = refusalOf(address);
        if (refusal != null) {
            refused(refusal, address);
            connection.close(0, refusal == Reason.Refused.ADDRESS ? UNAUTHORIZED : "too many connections");
        } else {
            clients.add(client);
            scheduleShareUpdate();
            metrics.connects.increment();
            clientLog.record(Endpoint.text(address) + " connected");
        }
        return client;
    }

    @Override
    public int maxStreams(boolean includingInUse) {
        int bound = config.maxStreamsPerConnection();
        if (includingInUse) {
            return bound == 0 ? Policy.creditWithUsed(nextShare, maxCapacity) : bound;
        }
        return Policy.credit(nextShare, maxStreamsOfClient());
    }

    private int maxStreamsOfClient() {
        int bound = config.maxStreamsPerConnection();
        return bound == 0 ? DEFAULT_MAX_STREAMS : bound;
    }

    // One update serves many clients that come and go at the same time.
    private void scheduleShareUpdate() {
        if (shareUpdatePending.compareAndSet(false, true)) {
            try {
                threads.decide(() -> {
                    shareUpdatePending.set(false);
                    updateShares();
                });
            } catch (RuntimeException | Error e) {
                shareUpdatePending.set(false);
                throw e;
            }
        }
    }

    // Gives credit to clients that hold less than their share, and no further credit to others. Timer thread.
    private FairShares updateShares() {
        FairShares shares = new FairShares(this, clients, admission::isQueued, System.nanoTime());
        nextShare = shares.next();
        clients.forEach(
                client -> client.connection().maxIdleStreams(Policy.credit(client.share, maxStreamsOfClient())));
        return shares;
    }

    @Override
    void capacityFreed() {
        admission.capacityFreed();
    }

    /** Counts a refusal and logs it, at most once a second. Any thread. */
    void refused(Reason.Refused reason, InetSocketAddress address) {
        metrics.refused(reason);
        refusalLog.record(reason, address);
    }

    void accepted(EngineStream stream, ServerConnection client) {
        if (clients.contains(client) && !isClosing()) {
            admission.opened(stream, client);
        } else {
            stream.reset(StreamErrors.CLOSING);
        }
    }

    void lost(ServerConnection client, String reason) {
        if (!clients.remove(client)) {
            return;
        }
        metrics.lost.increment();
        scheduleShareUpdate();
        // Not on the engine's thread: there may be thousands of streams.
        threads.decide(() -> evictAll(client.connection()));
        clientLog.record(Endpoint.text(client.connection().remoteAddress()) + " disconnected: " + reason);
        listeners.fire(each -> each.peerLost(this, reason));
    }

    /** A stream got its id. Any thread. */
    void delivered(Slot slot) {
        clientLed.delivered(slot);
    }

    // ---- client-led use

    @Override
    public void serve(StreamHandler handler) {
        serve(handler, threads.handlers());
    }

    @Override
    public void serve(StreamHandler handler, Executor executor) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(executor, "executor");
        clientLed.serve(handler, executor, config.handlers());
    }

    @Override
    public void resume() {
        super.resume();
        clientLed.resumed();
    }

    @Override
    public int handlersRunning() {
        return clientLed.running();
    }

    @Override
    public int handlersWaiting() {
        return clientLed.waiting();
    }

    // ---- periodic check

    @Override
    void replenish() {
        // Only clients open streams.
    }

    @Override
    void periodicCheck() {
        admission.sweep(updateShares());
        Listener bound = listener;
        if (bound != null) {
            bound.sweep();
        }
        idleSweep.run(maxCapacity);
        refusalLog.flush();
        clientLog.flush();
        clientLed.check();
        dropSilent();
    }

    // An engine may notice later. It waits for at least three probe time-outs (RFC 9000, section 10.1), which take
    // seconds after a disturbance of the network or this machine.
    private void dropSilent() {
        long now = System.nanoTime();
        // After a pause of this process, packets of the clients may be unread. They are read first.
        boolean stalled = now - lastCheck > 3 * CHECK_INTERVAL.toNanos();
        lastCheck = now;
        if (stalled) {
            return;
        }
        for (ServerConnection client : clients) {
            Connection connection = client.connection();
            long silent = connection.silentNanos();
            // A client that does not ping acknowledges the last packet of this side, so it gets a little longer.
            if (silent > connection.idleTimeout().plus(CHECK_INTERVAL).toNanos()) {
                lost(client, "no answer for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms");
                threads.closeConnection(() -> connection.close(0, ClientConnection.CLOSED));
            }
        }
    }

    @Override
    void openingEvicted(Slot slot, Reason.Evicted reason) {
        admission.evicted(slot, reason);
    }

    @Override
    void evictOpening(int generation) {
        admission.evict(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
    }

    // ---- state

    @Override
    public InetSocketAddress localAddress() {
        Listener bound = listener;
        if (bound == null) {
            throw new IllegalStateException(label + ": not started");
        }
        return bound.localAddress();
    }

    @Override
    public boolean ready() {
        return state() == PoolState.RUNNING && listening();
    }

    private boolean listening() {
        Listener bound = listener;
        return lifecycleState() == PoolState.RUNNING && bound != null && bound.alive();
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
        int before = maxCapacity;
        maxCapacity = max;
        scheduleShareUpdate();
        capacityFreed();
        threads.decide(() -> idleSweep.run(max));
        log.info("max-capacity changed: " + before + " before, " + max + " now");
        listeners.fire(each -> each.boundsChanged(this));
    }

    @Override
    public void certificate(KeyMaterial certificate) {
        Objects.requireNonNull(certificate, "certificate");
        Listener bound = listener;
        if (bound == null || lifecycleState() != PoolState.RUNNING) {
            throw new IllegalStateException(label + ": cannot change the certificate: the pool is " + lifecycleState());
        }
        try {
            bound.certificate(certificate);
        } catch (IOException e) {
            throw new ConfigException("certificate", certificate, String.valueOf(e.getMessage()), e);
        }
        log.info("uses a new certificate from now on: " + certificate.fingerprint());
    }

    @Override
    public Duration interval() {
        return Duration.ZERO;
    }

    @Override
    String connectionText() {
        return listening() ? "listening" : "not listening";
    }

    @Override
    List<Connection> connections() {
        return clients.stream().map(ServerConnection::connection).toList();
    }

    @Override
    int opening() {
        return admission.opening();
    }

    @Override
    void stopAccepting() {
        Listener bound = listener;
        if (bound != null) {
            bound.stopAccepting();
        }
    }

    @Override
    boolean closeConnections(Duration timeout) throws InterruptedException {
        admission.evict(Reason.Evicted.CLOSED, slot -> true);
        clients.forEach(client -> client.connection().close(0, ClientConnection.CLOSED));
        Listener bound = listener;
        return bound == null || bound.close(timeout);
    }
}
