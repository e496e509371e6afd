package io.quicpool.core;

import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** One client of a server pool. Passes events of the engine to the pool. */
final class ServerConnection implements ConnectionEvents {

    private final CoreServerPool pool;
    private final Connection connection;
    /** Its streams without a hello. */
    final AtomicInteger pendingHellos = new AtomicInteger();

    /** Streams that it has reset before their hello, since one of its streams last got an id. */
    final AtomicInteger resetBeforeHello = new AtomicInteger();

    /** How many idle streams it holds, as last counted. Timer thread only. */
    int idleCount;

    /** How many idle streams it may hold, as last computed. Timer thread only. */
    int share;

    /** When it connected. */
    final long since = System.nanoTime();

    private final AtomicBoolean firstIdClaimed = new AtomicBoolean();

    ServerConnection(CoreServerPool pool, Connection connection) {
        this.pool = pool;
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** Whether this is the first stream of the connection to get an id. True once. */
    boolean claimFirstId() {
        return firstIdClaimed.compareAndSet(false, true);
    }

    @Override
    public void accepted(EngineStream stream) {
        pool.accepted(stream, this);
    }

    @Override
    public void streamStopped() {
        pool.refused(Reason.Refused.HALF_CLOSED, connection.remoteAddress());
    }

    @Override
    public void lost(String reason) {
        pool.lost(this, Printable.said(reason, CloseReason.MAX_LENGTH));
    }
}
