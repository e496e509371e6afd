package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

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

    // So many time-outs a stream waits for a place: then another takes its turn, for it may have been forgotten.
    private static final int MOST_TIMEOUTS = 3;

    private final CorePool pool;
    private final Owner owner;
    private final Duration timeout;
    private final Set<Ask> asked = ConcurrentHashMap.newKeySet();
    private final Set<Slot> pending = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opening = new AtomicInteger();
    // When that stream of each connection was opened, the last in that order, which has its id.
    private final Map<Connection, Long> answered = new ConcurrentHashMap<>();
    // Those whose peer has no place for more, as it seems, until it gives an id.
    private final Set<Connection> full = ConcurrentHashMap.newKeySet();

    IdRequest(CorePool pool, Duration timeout, Owner owner) {
        this.pool = pool;
        this.timeout = timeout;
        this.owner = owner;
    }

    int opening() {
        return opening.get();
    }

    /** A stream that was asked for, and is not there yet. Whoever decides first decides: it has come, or is not waited for any more. */
    private static final class Ask {

        private final Connection connection;
        private final int generation;
        private final long since = System.nanoTime();
        private final AtomicBoolean decided = new AtomicBoolean();

        Ask(Connection connection, int generation) {
            this.connection = connection;
            this.generation = generation;
        }

        boolean decide() {
            return decided.compareAndSet(false, true);
        }
    }

    /** Opens one stream. Does not block. */
    void open(Connection connection) {
        Ask ask = new Ask(connection, pool.generation());
        opening.incrementAndGet();
        asked.add(ask);
        connection.openStream().whenComplete((stream, failure) -> {
            if (failure != null) {
                fail(ask, failure);
            } else if (ask.decide()) {
                Slot slot = new Slot(stream, ask.generation, ask.since);
                // Before it is no longer asked for: it counts at each moment.
                pending.add(slot);
                asked.remove(ask);
                begin(slot);
            } else {
                stream.reset(StreamErrors.RETIRED); // too late
            }
        });
    }

    private void fail(Ask ask, Throwable cause) {
        if (ask.decide()) {
            asked.remove(ask);
            opening.decrementAndGet();
            pool.metrics.failed.increment();
            owner.failed(ask.connection, cause, false);
        }
    }

    private void begin(Slot slot) {
        EngineStream stream = slot.stream();
        stream.whenEnded(() -> {
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
        answered.merge(slot.stream().connection(), slot.since(), (one, other) -> one - other < 0 ? other : one);
        full.remove(slot.stream().connection());
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
        if (abandon(slot, code)) {
            tell(slot, cause);
        }
    }

    private boolean abandon(Slot slot, long code) {
        if (!pool.stock.abandon(slot)) {
            return false;
        }
        end(slot);
        slot.stream().reset(code);
        return true;
    }

    /** A slot of this exchange was retired before its id came. */
    void ended(Slot slot, Reason.Evicted reason) {
        if (reason.meant()) {
            pending.remove(slot);
            opening.decrementAndGet();
        } else {
            end(slot);
            tell(slot, new IOException("the stream was given up before its id came"));
        }
    }

    private void tell(Slot slot, IOException cause) {
        EngineStream stream = slot.stream();
        boolean isFull = stream.peerError() == StreamErrors.SERVER_FULL;
        owner.failed(
                stream.connection(),
                isFull ? new IOException("the server is full: the stream was given up before its id came") : cause,
                isFull);
    }

    private void end(Slot slot) {
        pending.remove(slot);
        opening.decrementAndGet();
        pool.metrics.failed.increment();
    }

    /** Gives up what is overdue or dead. Timer thread. */
    void sweep() {
        long now = System.nanoTime();
        for (Ask ask : asked) {
            if (now - ask.since > timeout.toNanos()) {
                fail(ask, new IOException("no stream within " + timeout.toMillis() + " ms"));
            }
        }
        Map<Connection, Slot> oldest = new HashMap<>();
        List<Slot> late = new ArrayList<>();
        for (Slot slot : pending) {
            if (!slot.stream().alive()) {
                fail(slot, StreamErrors.RETIRED, new IOException("the stream ended before its id"));
            } else if (now - slot.since() > timeout.toNanos()) {
                late.add(slot);
                if (waitsForAPlace(slot, now)) {
                    oldest.merge(
                            slot.stream().connection(),
                            slot,
                            (one, other) -> one.since() - other.since() < 0 ? one : other);
                }
            }
        }
        answered.keySet().removeIf(connection -> !connection.alive());
        full.removeIf(connection -> !connection.alive());
        late.removeIf(slot -> oldest.get(slot.stream().connection()) == slot);
        giveUp(late, oldest.keySet());
    }

    // A server that is full lets a stream wait. Not one that it has forgotten: a later one has got its id.
    private boolean waitsForAPlace(Slot slot, long now) {
        Long last = answered.get(slot.stream().connection());
        return last != null && last - slot.since() < 0 && now - slot.since() < MOST_TIMEOUTS * timeout.toNanos();
    }

    // One error for all of them: they have one cause.
    private void giveUp(List<Slot> late, Set<Connection> waiting) {
        String what = "no id within " + timeout.toMillis() + " ms";
        for (Connection each : waiting) {
            if (full.add(each)) {
                String why = what + ": " + each.remoteAddress() + " is full, or does not answer; one stream waits";
                pool.log.log(Level.WARNING, "{0}: {1}", pool.name, why);
                owner.failed(each, new IOException(why), true);
            }
        }
        Set<Connection> unexpected = new HashSet<>();
        for (Slot slot : late) {
            Connection connection = slot.stream().connection();
            if (abandon(slot, StreamErrors.TOO_SLOW) && !full.contains(connection)) {
                unexpected.add(connection);
            }
        }
        unexpected.forEach(each -> owner.failed(each, new IOException(what), false));
    }

    /** How many streams may be opened there now: one at a time where the peer has no place for more, as it seems. */
    int credit(Connection connection) {
        if (!full.contains(connection)) {
            return connection.credit();
        }
        return opening(connection) > 0 ? 0 : Math.min(1, connection.credit());
    }

    /** Gives up these of what is on its way. */
    void giveUp(Reason.Evicted reason, Predicate<Slot> which) {
        pending.stream().filter(which).forEach(slot -> pool.retire(slot, reason));
    }

    /** Gives up what is on its way on a connection that was lost. */
    void lost(Connection connection) {
        asked.stream()
                .filter(ask -> ask.connection == connection)
                .forEach(ask -> fail(ask, new IOException("the connection was lost before the stream was open")));
        giveUp(Reason.Evicted.LINK_LOST, slot -> slot.stream().connection() == connection);
    }

    /** How many are on their way on this connection; no more than {@link Policy#MAX_OPENING} are, on all together. */
    int opening(Connection connection) {
        int count = 0;
        for (Ask ask : asked) {
            count += ask.connection == connection ? 1 : 0;
        }
        for (Slot slot : pending) {
            count += slot.stream().connection() == connection ? 1 : 0;
        }
        return count;
    }
}
