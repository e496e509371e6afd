package io.quicpool.core.exchange;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.Endpoint;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.Reason;
import io.quicpool.core.streams.Hello;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
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
 * The client's half of the id exchange. Opens a stream, writes the hello, reads the id and delivers the idle stream.
 * Any number run at a time, without threads of their own. A failure ends its stream, never the connection.
 */
public final class IdRequest {

    /** Maximum number of streams that are being opened at a time. */
    public static final int MAX_OPENING = 128;

    /** What the pool does about events. Any thread. */
    public interface Owner {
        /** An id came on this connection. Nobody can take its stream yet. */
        void verified(Connection connection);

        void delivered(Slot slot);

        /** There may be fewer streams than there should be. */
        void replenish();

        /** A stream got no id. {@code full} when the peer has reached its capacity. */
        void failed(Connection connection, Throwable cause, boolean full);

        /** The peer says that it is closing. */
        void peerClosing(Connection connection);
    }

    // After so many time-outs in the queue of a full server, another stream is tried: the server may have lost this
    // one.
    private static final int MAX_TIMEOUTS = 3;

    private final PoolStreams streams;
    private final PoolLog log;
    private final Metrics metrics;
    private final Owner owner;
    private final RequestConnections requestConnections;
    private final Duration timeout;
    private final Set<PendingOpen> pendingOpens = ConcurrentHashMap.newKeySet();
    private final Set<Slot> pending = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opening = new AtomicInteger();
    // For each connection, the opening time of the latest stream that got its id.
    private final Map<Connection, Long> lastIdOpenedAt = new ConcurrentHashMap<>();
    // Connections whose peer seems to be full. Removed with the next id.
    private final Set<Connection> full = ConcurrentHashMap.newKeySet();

    /** Makes the exchange of a pool whose streams wait so long for their ids. */
    public IdRequest(
            PoolStreams streams,
            PoolLog log,
            Metrics metrics,
            RequestConnections requestConnections,
            Duration timeout,
            Owner owner) {
        this.requestConnections = requestConnections;
        this.streams = streams;
        this.log = log;
        this.metrics = metrics;
        this.timeout = timeout;
        this.owner = owner;
    }

    public int opening() {
        return opening.get();
    }

    /** A stream that the engine has not opened yet. One thread claims the outcome: the stream came, or it is given up. */
    private static final class PendingOpen {

        private final Connection connection;
        private final int generation;
        private final long since = System.nanoTime();
        private final AtomicBoolean claimed = new AtomicBoolean();

        PendingOpen(Connection connection, int generation) {
            this.connection = connection;
            this.generation = generation;
        }

        boolean claim() {
            return claimed.compareAndSet(false, true);
        }
    }

    /** Opens one stream. Does not block. */
    public void open(Connection connection) {
        PendingOpen open = new PendingOpen(connection, streams.generation());
        opening.incrementAndGet();
        pendingOpens.add(open);
        connection.openStream().whenComplete((stream, failure) -> {
            if (failure != null) {
                fail(open, failure);
            } else if (open.claim()) {
                Slot slot = new Slot(stream, open.generation, open.since);
                // Before the other is removed, so that the stream is counted at each moment.
                pending.add(slot);
                pendingOpens.remove(open);
                sendHello(slot);
            } else {
                stream.reset(StreamErrors.RETIRED); // too late
            }
        });
    }

    private void fail(PendingOpen open, Throwable cause) {
        if (open.claim()) {
            pendingOpens.remove(open);
            opening.decrementAndGet();
            metrics.openFailed();
            owner.failed(open.connection, cause, false);
        }
    }

    private void sendHello(Slot slot) {
        EngineStream stream = slot.stream();
        stream.whenEnded(() -> {
            // On a stream in use the codes belong to the application.
            if (streams.evictEnded(slot) && stream.peerError() == StreamErrors.CLOSING) {
                owner.peerClosing(stream.connection());
            }
        });
        if (streams.isClosing()) {
            streams.evict(slot, Reason.Evicted.CLOSED);
            return;
        }
        try {
            stream.output().write(requestConnections.asks(slot) ? Hello.ASK : Hello.ID);
        } catch (IOException e) {
            fail(slot, StreamErrors.RETIRED, e);
            return;
        }
        stream.whenReadable(StreamId.BYTES, () -> receive(slot));
    }

    // On an engine thread. The bytes have arrived, so this does not block.
    private void receive(Slot slot) {
        byte[] bytes = new byte[StreamId.BYTES];
        try {
            if (slot.stream().input().readNBytes(bytes, 0, bytes.length) < bytes.length) {
                fail(slot, StreamErrors.PROTOCOL, new IOException("the peer ended the stream before its id came"));
                return;
            }
        } catch (IOException e) {
            fail(slot, StreamErrors.PROTOCOL, e);
            return;
        }
        slot.id(StreamId.of(bytes));
        requestConnections.gotId(slot);
        lastIdOpenedAt.merge(slot.stream().connection(), slot.since(), (one, other) -> one - other < 0 ? other : one);
        full.remove(slot.stream().connection());
        if (!streams.index().register(slot)) {
            fail(slot, StreamErrors.PROTOCOL, new IOException("the peer gave the id " + slot.id() + " twice"));
            return;
        }
        owner.verified(slot.stream().connection());
        if (streams.deliver(slot, System.nanoTime())) {
            pending.remove(slot);
            opening.decrementAndGet();
            owner.delivered(slot);
        } else {
            // It was evicted after it was registered, or closing is about to evict it. Nobody else unregisters it.
            streams.index().unregister(slot);
        }
    }

    // Does nothing when the stream has got its id meanwhile: then it is idle and no longer counted here.
    private void fail(Slot slot, long code, IOException cause) {
        if (evictOpening(slot, code)) {
            reportFailure(slot, cause);
        }
    }

    private boolean evictOpening(Slot slot, long code) {
        if (!streams.index().evictOpening(slot)) {
            return false;
        }
        slot.stream().reset(code);
        if (isAnswer(slot)) {
            return false;
        }
        countFailed(slot);
        return true;
    }

    // It was not opened to get an id, and another takes its place.
    private boolean isAnswer(Slot slot) {
        if (!requestConnections.ended(slot)) {
            return false;
        }
        pending.remove(slot);
        opening.decrementAndGet();
        owner.replenish();
        return true;
    }

    /** A slot of this exchange was evicted before its id came. */
    public void evicted(Slot slot, Reason.Evicted reason) {
        if (isAnswer(slot)) {
            return;
        }
        if (reason.isIntended()) {
            pending.remove(slot);
            opening.decrementAndGet();
        } else {
            countFailed(slot);
            reportFailure(slot, new IOException("the stream was reset before its id came"));
        }
    }

    private void reportFailure(Slot slot, IOException cause) {
        EngineStream stream = slot.stream();
        boolean isFull = stream.peerError() == StreamErrors.SERVER_FULL;
        owner.failed(
                stream.connection(),
                isFull ? new IOException("the server is full: the stream was reset before its id came") : cause,
                isFull);
    }

    private void countFailed(Slot slot) {
        pending.remove(slot);
        opening.decrementAndGet();
        metrics.openFailed();
    }

    /** Evicts streams that are overdue or dead. Timer thread. */
    public void sweep() {
        long now = System.nanoTime();
        for (PendingOpen open : pendingOpens) {
            if (now - open.since > timeout.toNanos()) {
                fail(open, new IOException("no stream within " + timeout.toMillis() + " ms"));
            }
        }
        Map<Connection, Slot> oldest = new HashMap<>();
        List<Slot> late = new ArrayList<>();
        for (Slot slot : pending) {
            if (!slot.stream().alive()) {
                fail(slot, StreamErrors.RETIRED, new IOException("the peer ended the stream before its id came"));
            } else if (now - slot.since() > timeout.toNanos()) {
                late.add(slot);
                if (isQueuedAtServer(slot, now)) {
                    oldest.merge(
                            slot.stream().connection(),
                            slot,
                            (one, other) -> one.since() - other.since() < 0 ? one : other);
                }
            }
        }
        lastIdOpenedAt.keySet().removeIf(connection -> !connection.alive());
        full.removeIf(connection -> !connection.alive());
        late.removeIf(slot -> oldest.get(slot.stream().connection()) == slot);
        evictLate(late, oldest.keySet());
    }

    // A full server makes streams wait. When a later stream has got its id, the server has lost this one.
    private boolean isQueuedAtServer(Slot slot, long now) {
        Long last = lastIdOpenedAt.get(slot.stream().connection());
        return last != null && last - slot.since() < 0 && now - slot.since() < MAX_TIMEOUTS * timeout.toNanos();
    }

    // One error for all of them, because they have one cause.
    private void evictLate(List<Slot> late, Set<Connection> waiting) {
        String what = "no id within " + timeout.toMillis() + " ms";
        for (Connection each : waiting) {
            if (full.add(each)) {
                String why = what + ": " + Endpoint.text(each.remoteAddress())
                        + " is full or does not answer; one stream keeps waiting";
                log.warning(why);
                owner.failed(each, new IOException(why), true);
            }
        }
        Set<Connection> unexpected = new HashSet<>();
        for (Slot slot : late) {
            Connection connection = slot.stream().connection();
            if (evictOpening(slot, StreamErrors.TOO_SLOW) && !full.contains(connection)) {
                unexpected.add(connection);
            }
        }
        unexpected.forEach(each -> owner.failed(each, new IOException(what), false));
    }

    /** How many streams may be opened on the connection now. One at a time when its peer seems to be full. */
    public int credit(Connection connection) {
        if (!full.contains(connection)) {
            return connection.credit();
        }
        return opening(connection) > 0 ? 0 : Math.min(1, connection.credit());
    }

    /** Evicts the matching streams that have no id yet. */
    public void evict(Reason.Evicted reason, Predicate<Slot> which) {
        pending.stream().filter(which).forEach(slot -> streams.evict(slot, reason));
    }

    /** Gives up the streams without an id of a lost connection. */
    public void lost(Connection connection) {
        pendingOpens.stream()
                .filter(open -> open.connection == connection)
                .forEach(open -> fail(open, new IOException("the connection was lost before the stream was open")));
        evict(Reason.Evicted.LINK_LOST, slot -> slot.stream().connection() == connection);
    }

    /**
     * How many streams of this connection have no id yet. All connections together have at most
     * {@link #MAX_OPENING}, so scanning is cheap.
     */
    public int opening(Connection connection) {
        int count = 0;
        for (PendingOpen open : pendingOpens) {
            count += open.connection == connection ? 1 : 0;
        }
        for (Slot slot : pending) {
            count += slot.stream().connection() == connection ? 1 : 0;
        }
        return count;
    }
}
