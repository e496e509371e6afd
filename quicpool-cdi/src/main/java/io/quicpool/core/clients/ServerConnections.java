package io.quicpool.core.clients;

import io.quicpool.StreamErrors;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Printable;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.core.threads.SharedDecision;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.ListenerEvents;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a server pool: which may connect, how much stream credit each gets, and which are lost. The engine calls it on its
 * threads; the timer thread updates the shares.
 */
public final class ServerConnections implements ListenerEvents {

    /** What the pool does about its clients. */
    public interface Owner {

        /** How many idle streams all clients together may have. Any thread. */
        int capacity();

        /** Whether a stream of this client waits for capacity. Timer thread. */
        boolean isQueued(ServerConnection client);

        /** A client opened a stream. Engine thread. */
        void accepted(EngineStream stream, ServerConnection client);

        /** The connection of a client is lost. Any thread. */
        void lost(ServerConnection client, String reason);
    }

    /** How many streams a client may have open, in use or not, when {@code max-streams-per-connection} is not set. */
    public static final int DEFAULT_MAX_STREAMS = 16_384;

    /** The reason that a client gets whose address is not allowed. The Go package uses the same. */
    private static final String UNAUTHORIZED = "unauthorized IP";

    private final ServerPoolConfig config;
    private final PoolStreams streams;
    private final PoolThreads threads;
    private final Metrics metrics;
    private final RefusalLog refusals;
    private final Owner owner;
    private final ClientLog log;
    private final Set<ServerConnection> clients = ConcurrentHashMap.newKeySet();
    // One update serves many clients that come and go at the same time.
    private final SharedDecision shareUpdate;
    // How many idle streams the next client may have.
    private volatile int nextShare;
    private long lastCheck = System.nanoTime(); // timer thread only

    /** Makes the clients of a pool that has none yet. */
    public ServerConnections(
            ServerPoolConfig config,
            PoolStreams streams,
            PoolThreads threads,
            PoolLog log,
            Metrics metrics,
            RefusalLog refusals,
            Owner owner) {
        this.config = config;
        this.streams = streams;
        this.threads = threads;
        this.metrics = metrics;
        this.refusals = refusals;
        this.owner = owner;
        this.log = new ClientLog(log);
        this.nextShare = config.maxCapacity();
        this.shareUpdate = new SharedDecision(threads, this::updateShares);
    }

    /** How many streams the engine lets a client have open, in use or not. */
    public static int maxStreams(ServerPoolConfig config) {
        int bound = config.maxStreamsPerConnection();
        return bound == 0 ? DEFAULT_MAX_STREAMS : bound;
    }

    /** The connections of all clients. */
    public List<Connection> connections() {
        return clients.stream().map(ServerConnection::connection).toList();
    }

    // ---- clients that connect

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
        refusals.record(Reason.Refused.FAILED_HANDSHAKE, address, Printable.said(reason, CloseReason.MAX_LENGTH));
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
            shareUpdate.request();
            metrics.connectionMade(address);
            log.record(Endpoint.text(address) + " connected");
        }
        return client;
    }

    void refused(Reason.Refused reason, InetSocketAddress address) {
        refusals.record(reason, address);
    }

    // ---- events of one client, see ServerConnection

    void accepted(EngineStream stream, ServerConnection client) {
        if (clients.contains(client) && !streams.isClosing()) {
            owner.accepted(stream, client);
        } else {
            stream.reset(StreamErrors.CLOSING);
        }
    }

    void lost(ServerConnection client, String reason) {
        if (!clients.remove(client)) {
            return;
        }
        InetSocketAddress address = client.connection().remoteAddress();
        metrics.connectionLost(address, reason);
        shareUpdate.request();
        log.record(Endpoint.text(address) + " disconnected: " + reason);
        owner.lost(client, reason);
    }

    // ---- shares and credit

    @Override
    public int maxStreams(boolean includingInUse) {
        int bound = config.maxStreamsPerConnection();
        if (includingInUse) {
            return bound == 0 ? SharePolicy.creditWithUsed(nextShare, owner.capacity()) : bound;
        }
        return SharePolicy.credit(nextShare, maxStreams(config));
    }

    /** The capacity has changed. Any thread. */
    public void capacityChanged() {
        shareUpdate.request();
    }

    /** Gives credit to clients that hold less than their share, and no further credit to others. Timer thread. */
    public FairShares updateShares() {
        FairShares shares = new FairShares(streams, owner.capacity(), clients, owner::isQueued, System.nanoTime());
        nextShare = shares.next();
        clients.forEach(
                client -> client.connection().maxIdleStreams(SharePolicy.credit(client.share, maxStreams(config))));
        return shares;
    }

    // ---- periodic check

    /** Drops silent clients. Timer thread. */
    public void check() {
        log.flush();
        dropSilent();
    }

    // An engine may notice later. It waits for at least three probe time-outs (RFC 9000, section 10.1), which take
    // seconds after a disturbance of the network or this machine.
    private void dropSilent() {
        long now = System.nanoTime();
        // After a pause of this process, packets of the clients may be unread. They are read first.
        boolean stalled = now - lastCheck > 3 * PoolThreads.CHECK_INTERVAL.toNanos();
        lastCheck = now;
        if (stalled) {
            return;
        }
        for (ServerConnection client : clients) {
            Connection connection = client.connection();
            long silent = connection.silentNanos();
            // A client that does not ping acknowledges the last packet of this side, so it gets a little longer.
            if (silent
                    > connection.idleTimeout().plus(PoolThreads.CHECK_INTERVAL).toNanos()) {
                lost(client, "no answer for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms");
                threads.closeConnection(() -> connection.close(0, CloseReason.POOL_CLOSED));
            }
        }
    }

    /** Closes all connections. */
    public void close() {
        clients.forEach(client -> client.connection().close(0, CloseReason.POOL_CLOSED));
    }
}
