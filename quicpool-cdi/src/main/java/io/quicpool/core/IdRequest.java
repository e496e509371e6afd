package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The client's half of the id exchange: opens a stream, writes the hello, reads the id, brings the stream into stock. Any
 * number run at a time without a thread of their own. One that fails costs its stream, never the connection.
 */
final class IdRequest {

    /** What the client says first; the server reads it and does not look at it (Go package NodePassProject/quic). */
    static final int HELLO = 0;

    /** What the pool does about it. Any thread. */
    interface Owner {
        void delivered(Slot slot);

        /** A stream got no id; full when the peer says that it has no room for it. */
        void failed(Connection connection, Throwable cause, boolean full);

        /** The peer says that it is closing. */
        void peerCloses(Connection connection);
    }

    private final CorePool pool;
    private final Owner owner;
    private final Duration timeout;
    // Asked for, and not there yet: once for each stream.
    private final Queue<Connection> asked = new ConcurrentLinkedQueue<>();
    private final Set<Slot> pending = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opening = new AtomicInteger();

    IdRequest(CorePool pool, Duration timeout, Owner owner) {
        this.pool = pool;
        this.timeout = timeout;
        this.owner = owner;
    }

    int opening() {
        return opening.get();
    }

    /** Opens one stream. Does not block. */
    void open(Connection connection) {
        int generation = pool.generation();
        long since = System.nanoTime();
        opening.incrementAndGet();
        asked.add(connection);
        connection.openStream().whenComplete((stream, failure) -> {
            if (failure == null) {
                begin(new Slot(stream, generation, since));
                asked.remove(connection);
            } else {
                asked.remove(connection);
                opening.decrementAndGet();
                pool.metrics.failed.increment();
                owner.failed(connection, failure, false);
            }
        });
    }

    private void begin(Slot slot) {
        EngineStream stream = slot.stream();
        pending.add(slot);
        stream.whenDead(() -> {
            // On a stream in use the codes are the application's own.
            if (pool.retireEnded(slot) && stream.peerError() == StreamErrors.CLOSING) {
                owner.peerCloses(stream.connection());
            }
        });
        if (pool.ending()) {
            pool.retire(slot, Reason.Evicted.CLOSED);
            return;
        }
        try {
            stream.output().write(HELLO);
        } catch (IOException e) {
            fail(slot, StreamErrors.RETIRED, e);
            return;
        }
        stream.whenReadable(StreamId.BYTES, () -> receive(slot));
    }

    // On an engine thread: the bytes are there, nothing of this blocks.
    private void receive(Slot slot) {
        byte[] bytes = new byte[StreamId.BYTES];
        try {
            if (slot.stream().input().readNBytes(bytes, 0, bytes.length) < bytes.length) {
                fail(slot, StreamErrors.PROTOCOL, new IOException("the stream ended before its id"));
                return;
            }
        } catch (IOException e) {
            fail(slot, StreamErrors.PROTOCOL, e);
            return;
        }
        slot.id(StreamId.of(bytes));
        if (!pool.stock.announce(slot)) {
            fail(slot, StreamErrors.PROTOCOL, new IOException("the peer gave the id " + slot.id() + " twice"));
        } else if (pool.deliver(slot, System.nanoTime())) {
            pending.remove(slot);
            opening.decrementAndGet();
            owner.delivered(slot);
        } else {
            // Given up between the announcement and now, or about to be, for the pool closes: the map must not keep it.
            pool.stock.forget(slot);
        }
    }

    // Not one that has got its id meanwhile: it is in stock, and no longer counted here.
    private void fail(Slot slot, long code, IOException cause) {
        if (pool.stock.abandon(slot)) {
            end(slot, cause);
            slot.stream().reset(code);
        }
    }

    /** A slot of this exchange was retired before its id came. */
    void ended(Slot slot) {
        end(slot, new IOException("the stream was given up before its id came"));
    }

    private void end(Slot slot, IOException cause) {
        pending.remove(slot);
        opening.decrementAndGet();
        pool.metrics.failed.increment();
        EngineStream stream = slot.stream();
        boolean full = stream.peerError() == StreamErrors.SERVER_FULL;
        owner.failed(
                stream.connection(),
                full ? new IOException("the server is full: the stream was given up before its id came") : cause,
                full);
    }

    /** Gives up what is overdue or dead. Timer thread. */
    void sweep() {
        long now = System.nanoTime();
        for (Slot slot : pending) {
            if (now - slot.since() > timeout.toNanos()) {
                fail(slot, StreamErrors.TOO_SLOW, new IOException("no id within " + timeout.toMillis() + " ms"));
            } else if (!slot.stream().alive()) {
                fail(slot, StreamErrors.RETIRED, new IOException("the stream ended before its id"));
            }
        }
    }

    /** Gives up everything that is on its way. */
    void giveUp(Reason.Evicted reason) {
        pending.forEach(slot -> pool.retire(slot, reason));
    }

    /** Gives up what is on its way on a connection that was lost. */
    void lost(Connection connection) {
        for (Slot slot : pending) {
            if (slot.stream().connection() == connection) {
                pool.retire(slot, Reason.Evicted.LINK_LOST);
            }
        }
    }

    /** The connections of what is on its way, once for each stream. */
    Stream<Connection> connections() {
        return Stream.concat(
                asked.stream(), pending.stream().map(slot -> slot.stream().connection()));
    }
}
