package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.RequestHandler;
import io.quicpool.ServerPool;
import io.quicpool.StreamHandler;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ConfigException;
import io.quicpool.config.Endpoint;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.clients.ServerConnection;
import io.quicpool.core.clients.ServerConnections;
import io.quicpool.core.exchange.Admission;
import io.quicpool.core.handlers.ClientLedUse;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Accepts clients and their streams, and keeps the idle streams that they open. */
final class CoreServerPool extends CorePool implements ServerPool, ServerConnections.Owner, Admission.Owner {

    /** Binds the address. Blocks. */
    interface Opener {
        Listener listen(ListenerEvents events) throws IOException;
    }

    /** Where the engine reports clients. */
    final ServerConnections clients;

    private final ServerPoolConfig config;
    private final RefusalLog refusals;
    private final Admission admission;
    private final ClientLedUse clientLed;
    private volatile int maxCapacity;
    private volatile @Nullable Listener listener;

    CoreServerPool(ServerPoolConfig config) {
        super(
                PoolLabel.server(config.name()),
                config,
                new PoolThreads(config.name(), true, config.handlers().executor() == HandlerExecutor.VIRTUAL));
        this.config = config;
        this.maxCapacity = config.maxCapacity();
        this.refusals = new RefusalLog(log, metrics);
        this.admission = new Admission(streams, threads, metrics, refusals, config, this);
        this.clients = new ServerConnections(config, streams, threads, log, metrics, refusals, this);
        this.clientLed = new ClientLedUse(streams, threads, log, metrics, refusals);
    }

    void start(Opener opener) throws IOException {
        Listener bound;
        try {
            bound = opener.listen(clients);
        } catch (IOException | RuntimeException e) {
            lifecycle.close(Duration.ZERO);
            throw e;
        }
        listener = bound;
        lifecycle.start();
        log.info("listening on " + Endpoint.text(bound.localAddress()));
        listeners.fire(each -> each.ready(this));
    }

    // ---- events of clients and streams, on any thread

    @Override
    public void accepted(EngineStream stream, ServerConnection client) {
        admission.opened(stream, client);
    }

    @Override
    public boolean isQueued(ServerConnection client) {
        return admission.isQueued(client);
    }

    @Override
    public void lost(ServerConnection client, String reason) {
        // Not on the engine's thread: there may be thousands of streams.
        threads.decide(() -> streams.evictAll(client.connection()));
        listeners.fire(each -> each.peerLost(this, reason));
    }

    @Override
    public void taken() {
        capacityFreed();
    }

    @Override
    public void capacityFreed() {
        admission.capacityFreed();
    }

    @Override
    public void delivered(Slot slot) {
        clientLed.delivered(slot);
    }

    @Override
    public boolean takesRequests() {
        return clientLed.hasHandler();
    }

    @Override
    public void requested(Slot slot) {
        clientLed.requested(slot);
    }

    @Override
    public void replenish() {
        // Only clients open streams.
    }

    @Override
    public void openingEvicted(Slot slot, Reason.Evicted reason) {
        admission.evicted(slot, reason);
    }

    @Override
    void evictOpening(int generation) {
        admission.evict(Reason.Evicted.FLUSHED, slot -> slot.isOlderThan(generation));
    }

    @Override
    public void periodicCheck() {
        admission.sweep(clients.updateShares());
        Listener bound = listener;
        if (bound != null) {
            bound.sweep();
        }
        idleSweep.run(maxCapacity);
        streams.checkLeaks();
        refusals.flush();
        clientLed.check();
        clients.check();
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
    public void answer(RequestHandler handler) {
        answer(handler, threads.handlers());
    }

    @Override
    public void answer(RequestHandler handler, Executor executor) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(executor, "executor");
        clientLed.answer(handler, executor, config);
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
    List<String> lastRefusals() {
        return refusals.last();
    }

    @Override
    public ServerPoolConfig config() {
        return config;
    }

    @Override
    public int capacity() {
        return maxCapacity;
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
    public List<Connection> connections() {
        return clients.connections();
    }

    @Override
    int opening() {
        return admission.opening();
    }

    // ---- settings at run time

    @Override
    public void maxCapacity(int max) {
        if (max < 1 || max > CapacityBounds.LIMIT) {
            throw new ConfigException("max-capacity", max, "must be from 1 to " + CapacityBounds.LIMIT);
        }
        int before = maxCapacity;
        maxCapacity = max;
        clients.capacityChanged();
        capacityFreed();
        threads.decide(() -> idleSweep.run(max));
        log.info("max-capacity changed: " + before + " before, " + max + " now");
        metrics.boundsChanged("capacity", "up to " + before, "up to " + max);
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

    // ---- closing

    @Override
    public void stopAccepting() {
        Listener bound = listener;
        if (bound != null) {
            bound.stopAccepting();
        }
    }

    @Override
    public boolean closeConnections(Duration timeout) throws InterruptedException {
        admission.evict(Reason.Evicted.CLOSED, slot -> true);
        clients.close();
        Listener bound = listener;
        return bound == null || bound.close(timeout);
    }
}
