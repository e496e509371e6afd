package io.quicpool.core.connection;

import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Connection;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the streams of a client pool over connections. The first connection always reconnects. Others are added when
 * the streams need them. They end when they are lost or have no stream left. Changed on the timer thread.
 */
public final class ClientConnections implements ClientConnection.Owner {

    private static final int MAX_FAILURES = 3;

    /** How many connections more than the streams need may exist when the peer gives no stream credit. */
    private static final int MAX_EXTRA_FOR_CREDIT = 4;

    private final PoolThreads threads;
    private final PoolLog log;
    private final Metrics metrics;
    private final Connector connector;
    private final ClientConnection.Owner owner;
    private final int streamsPerConnection;
    private final OutageLog outage;
    private final ClientConnection first;
    private final List<ClientConnection> more = new CopyOnWriteArrayList<>();
    // Ended connections that may drain or may not have released their resources yet.
    private final Queue<ClientConnection> closing = new ConcurrentLinkedQueue<>();
    private final Backoff growthBackoff =
            new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    private long noGrowthBefore = System.nanoTime();
    private int failures;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Makes the connections of a pool that has none yet. */
    public ClientConnections(
            PoolThreads threads,
            PoolLog log,
            Metrics metrics,
            Connector connector,
            ClientConnection.Owner owner,
            int streamsPerConnection) {
        this.threads = threads;
        this.log = log;
        this.metrics = metrics;
        this.outage = new OutageLog(log, metrics);
        this.connector = connector;
        this.owner = owner;
        this.streamsPerConnection = streamsPerConnection;
        this.first = make(true);
    }

    private ClientConnection make(boolean reconnects) {
        return new ClientConnection(threads, log, metrics, connector, this, outage, reconnects);
    }

    private Stream<ClientConnection> all() {
        return Stream.concat(Stream.of(first), more.stream());
    }

    private Stream<ClientConnection> allAndClosing() {
        return Stream.concat(all(), closing.stream());
    }

    public void connect() {
        first.connect();
    }

    /** The connections on which streams can be opened. */
    public List<Connection> open() {
        return all().map(ClientConnection::connection)
                .<Connection>mapMulti((connection, next) -> {
                    if (connection != null) {
                        next.accept(connection);
                    }
                })
                .toList();
    }

    /** The open connections and those that drain. */
    public List<Connection> openAndDraining() {
        return allAndClosing().flatMap(each -> each.openAndDraining().stream()).toList();
    }

    /** How many connections are not released yet. */
    int heldConnections() {
        return allAndClosing().mapToInt(ClientConnection::heldConnections).sum();
    }

    /** Whether a connection is one of these. It may have ended if nothing has said yet that it was lost. */
    public boolean contains(Connection connection) {
        return all().anyMatch(each -> each.holds(connection));
    }

    public boolean hasMoreThanOne() {
        return !more.isEmpty();
    }

    public String stateText() {
        return more.isEmpty() ? first.stateText() : open().size() + " of " + (more.size() + 1) + " up";
    }

    // ---- the connection of the next stream

    /** Counts the streams of each connection to choose where the next ones are opened. */
    public final class Spread {

        private final Map<Connection, Integer> streams = new HashMap<>();
        private final Map<Connection, Integer> credit = new HashMap<>();
        private final int maxStreams;

        /** Counts them now. */
        public Spread(
                List<Connection> open,
                ToIntFunction<Connection> used,
                int maxStreams,
                ToIntFunction<Connection> creditOf) {
            this.maxStreams = maxStreams;
            for (Connection each : open) {
                streams.put(each, 0);
                credit.put(each, creditOf.applyAsInt(each));
            }
            if (open.size() > 1 || streamsPerConnection < maxStreams) {
                streams.replaceAll((each, none) -> used.applyAsInt(each));
            }
        }

        /**
         * The connection for one more stream: the fullest that has room, so that others become empty. If none has room,
         * another connection is made as long as {@code max-capacity} streams need it. Until it is up, only an awaited
         * stream is opened, on the connection with the fewest. If no other is made, all streams are opened there. Null
         * when no stream should be opened now.
         */
        public @Nullable Connection next(boolean awaited) {
            Connection fullest = null;
            Connection emptiest = null;
            for (Map.Entry<Connection, Integer> each : streams.entrySet()) {
                Connection connection = each.getKey();
                if (credit.getOrDefault(connection, 0) <= 0) {
                    continue;
                }
                int count = each.getValue();
                if (count < streamsPerConnection && (fullest == null || count > streams.getOrDefault(fullest, 0))) {
                    fullest = connection;
                }
                if (emptiest == null || count < streams.getOrDefault(emptiest, 0)) {
                    emptiest = connection;
                }
            }
            Connection chosen = fullest;
            if (chosen == null && (!grow(maxStreams) || awaited)) {
                chosen = emptiest;
            }
            if (chosen != null) {
                streams.merge(chosen, 1, Integer::sum);
                credit.merge(chosen, -1, Integer::sum);
            }
            return chosen;
        }
    }

    // Whether one more connection exists, or will soon.
    private boolean grow(int maxStreams) {
        if (more.stream().anyMatch(each -> each.connection() == null)) {
            return true;
        }
        if (more.size() + 1 >= needed(maxStreams) || first.connection() == null) {
            return false;
        }
        if (System.nanoTime() - noGrowthBefore < 0) {
            // Wait for it, unless it fails repeatedly: the server may allow no more connections.
            return failures < MAX_FAILURES;
        }
        add();
        return true;
    }

    /** Adds a connection that the streams do not need, within a bound, because the existing ones give no credit. */
    public void addForCredit(int maxStreams) {
        if (more.size() + 1 < needed(maxStreams) + MAX_EXTRA_FOR_CREDIT && first.connection() != null) {
            add();
        }
    }

    private void add() {
        if (growthBackoff.resetIfLasted(Duration.ofNanos(System.nanoTime() - noGrowthBefore))) {
            // No attempt has failed for long enough.
            failures = 0;
        }
        ClientConnection another = make(false);
        more.add(another);
        another.connect();
    }

    private int needed(int streams) {
        return (int) Math.max(1, ((long) streams + streamsPerConnection - 1) / streamsPerConnection);
    }

    /** Closes unused connections that the number of streams does not need. */
    public void shrink(int streams, Predicate<Connection> used) {
        for (ClientConnection each : List.copyOf(more)) {
            Connection connection = each.connection();
            if (connection != null && more.size() + 1 > needed(streams) && !used.test(connection)) {
                more.remove(each);
                closing.add(each);
                each.close();
                owner.removed(connection);
            }
        }
    }

    // ---- events

    @Override
    public void up(Connection connection) {
        owner.up(connection);
    }

    @Override
    public void down(Connection connection, String reason) {
        owner.down(connection, reason);
    }

    @Override
    public boolean isVerified() {
        return all().anyMatch(ClientConnection::isVerified);
    }

    @Override
    public void ended(ClientConnection which) {
        if (more.remove(which)) {
            closing.add(which);
            long now = System.nanoTime();
            if (growthBackoff.resetIfLasted(which.verifiedFor())) {
                // Losing a working connection does not predict the next attempt.
                failures = 0;
            } else if (now - noGrowthBefore >= 0) {
                // Connections that are lost together, with their server, count as one failure.
                noGrowthBefore = now + growthBackoff.next().toNanos();
                failures++;
            }
        }
    }

    /** An id was received on a connection. Timer thread. */
    public void markVerified(Connection connection) {
        all().forEach(each -> each.markVerified(connection));
    }

    /** A stream of a connection ended without an id. Timer thread. */
    public void idFailed(Connection connection, String text, boolean full) {
        all().forEach(each -> each.idFailed(connection, text, full));
    }

    /** Opens no further stream on a connection and makes another one. Streams in use go on. */
    public void drain(Connection connection, String reason) {
        all().forEach(each -> each.drain(connection, reason));
    }

    /** Pings when due, drops peers that are silent or give no id, and closes and removes connections that have drained. */
    public void check(Duration keepAlive, Duration idTimeout, Predicate<Connection> used) {
        all().forEach(each -> each.check(keepAlive, idTimeout));
        allAndClosing().forEach(each -> each.closeDrained(used));
        closing.removeIf(ClientConnection::isFullyClosed);
    }

    /** Logs further losses on level DEBUG only. Any thread. */
    public void expectLosses() {
        outage.silence();
    }

    /** Closes all connections for good. Any thread. */
    public void close() {
        connector.close();
        threads.decide(() -> {
            try {
                allAndClosing().forEach(ClientConnection::close);
            } finally {
                closed.countDown();
            }
        });
    }

    /** Waits until every connection has released its resources. */
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        boolean allClosed = closed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        for (ClientConnection each : allAndClosing().toList()) {
            allClosed &= each.awaitClosed(deadline.remaining());
        }
        return allClosed;
    }
}
