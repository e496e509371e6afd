package io.quicpool.core.clients;

import io.quicpool.config.Printable;
import io.quicpool.core.report.Reason;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** One client of a server pool. Passes events of the engine on, and has what the pool counts of this client. */
public final class ServerConnection implements ConnectionEvents {

    private final ServerConnections all;
    private final Connection connection;
    /** Its streams without a hello. */
    public final AtomicInteger pendingHellos = new AtomicInteger();

    /** Streams that it has reset before their hello, since one of its streams last got an id. */
    public final AtomicInteger resetBeforeHello = new AtomicInteger();

    /** How many idle streams it holds, as last counted. Timer thread only. */
    int idleCount;

    /** How many idle streams it may hold, as last computed. Timer thread only. */
    int share;

    /** When it connected. */
    final long since = System.nanoTime();

    private final AtomicBoolean firstIdClaimed = new AtomicBoolean();

    ServerConnection(ServerConnections all, Connection connection) {
        this.all = all;
        this.connection = connection;
    }

    public Connection connection() {
        return connection;
    }

    /** How many idle streams it holds. Timer thread. */
    public int idleCount() {
        return idleCount;
    }

    /** It has one more idle stream since they were counted. Timer thread. */
    public void addIdle() {
        idleCount++;
    }

    /** Whether this is the first stream of the connection to get an id. True once. */
    public boolean claimFirstId() {
        return firstIdClaimed.compareAndSet(false, true);
    }

    @Override
    public void accepted(EngineStream stream) {
        all.accepted(stream, this);
    }

    @Override
    public void streamStopped() {
        all.refused(Reason.Refused.HALF_CLOSED, connection.remoteAddress());
    }

    @Override
    public void lost(String reason) {
        all.lost(this, Printable.said(reason, CloseReason.MAX_LENGTH));
    }
}
