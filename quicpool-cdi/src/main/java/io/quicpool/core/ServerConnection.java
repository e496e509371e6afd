package io.quicpool.core;

import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** One client of a server pool. Told by the engine, tells the pool. */
final class ServerConnection implements ConnectionEvents {

    private final CoreServerPool pool;
    private final Connection connection;
    /** Its streams that have not said hello yet. */
    final AtomicInteger pendingHellos = new AtomicInteger();

    /** Streams that it has reset before their hello, since one of its streams got an id. */
    final AtomicInteger resetBeforeHello = new AtomicInteger();

    /** How many places in the stock it holds, as last counted; the timer thread's own. */
    int places;

    /** How many it may hold, as last shared out; the timer thread's own. */
    int share;

    /** When it connected. */
    final long since = System.nanoTime();

    private final AtomicBoolean firstGiven = new AtomicBoolean();

    ServerConnection(CoreServerPool pool, Connection connection) {
        this.pool = pool;
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** Whether this is the first stream of the connection; true once. */
    boolean first() {
        return firstGiven.compareAndSet(false, true);
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
