package io.quicpool.core;

import io.quicpool.transport.Connection;
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
 * The connections of a client pool over which its streams are spread. The first is made anew whenever it is lost; others are made
 * beside it when the streams need them, and go when they are lost or no stream is left on them. Changed on the timer thread.
 */
final class ClientConnections implements ClientConnection.Owner {

    private static final int MOST_FAILURES = 3;

    /** So many more than the streams need may there be for the sake of stream credit. */
    private static final int MOST_FOR_CREDIT = 4;

    private final CorePool pool;
    private final ClientConnection.Connector connector;
    private final ClientConnection.Owner owner;
    private final int perConnection;
    private final OutageLog outage = new OutageLog();
    private final ClientConnection first;
    private final List<ClientConnection> more = new CopyOnWriteArrayList<>();
    // Gone, and perhaps still freeing what they held, or with streams in use on what they have left.
    private final Queue<ClientConnection> gone = new ConcurrentLinkedQueue<>();
    private final Backoff patience =
            new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    private long notBefore = System.nanoTime();
    private int failures;
    private final CountDownLatch closed = new CountDownLatch(1);

    ClientConnections(
            CorePool pool, ClientConnection.Connector connector, ClientConnection.Owner owner, int perConnection) {
        this.pool = pool;
        this.connector = connector;
        this.owner = owner;
        this.perConnection = perConnection;
        this.first = new ClientConnection(pool, connector, this, outage, true);
    }

    private Stream<ClientConnection> all() {
        return Stream.concat(Stream.of(first), more.stream());
    }

    private Stream<ClientConnection> withGone() {
        return Stream.concat(all(), gone.stream());
    }

    void connect() {
        first.connect();
    }

    /** Those that streams can be opened on. */
    List<Connection> open() {
        return all().map(ClientConnection::connection)
                .<Connection>mapMulti((connection, next) -> {
                    if (connection != null) {
                        next.accept(connection);
                    }
                })
                .toList();
    }

    /** All that are up: those in use, and those that are left and still have streams in use. */
    List<Connection> connections() {
        return withGone().flatMap(link -> link.connections().stream()).toList();
    }

    /** How many connections are held, those that are closed and not freed included. */
    int held() {
        return withGone().mapToInt(ClientConnection::held).sum();
    }

    boolean has(Connection connection) {
        return all().anyMatch(link -> link.connection() == connection);
    }

    boolean several() {
        return !more.isEmpty();
    }

    String text() {
        return more.isEmpty() ? first.text() : open().size() + " of " + (more.size() + 1) + " up";
    }

    // ---- where the next stream goes

    /** The streams of each connection, by which the next are spread. */
    final class Spread {

        private final Map<Connection, Integer> streams = new HashMap<>();
        private final Map<Connection, Integer> credit = new HashMap<>();
        private final int most;

        Spread(List<Connection> open, ToIntFunction<Connection> used, int most, ToIntFunction<Connection> creditOf) {
            this.most = most;
            for (Connection each : open) {
                streams.put(each, 0);
                credit.put(each, creditOf.applyAsInt(each));
            }
            if (open.size() > 1 || perConnection < most) {
                streams.replaceAll((each, none) -> used.applyAsInt(each));
            }
        }

        /**
         * The connection for one more: the fullest that has room, so that others empty. When none has, another connection is made, as
         * long as {@code max-capacity} streams need it; until then, or if that does not help, the one with the fewest. Null when no
         * stream should be opened now.
         */
        @Nullable Connection next(boolean awaited) {
            Connection fullest = null;
            Connection emptiest = null;
            for (Map.Entry<Connection, Integer> each : streams.entrySet()) {
                Connection connection = each.getKey();
                if (credit.getOrDefault(connection, 0) <= 0) {
                    continue;
                }
                int count = each.getValue();
                if (count < perConnection && (fullest == null || count > streams.getOrDefault(fullest, 0))) {
                    fullest = connection;
                }
                if (emptiest == null || count < streams.getOrDefault(emptiest, 0)) {
                    emptiest = connection;
                }
            }
            Connection chosen = fullest;
            if (chosen == null && (!grow(most) || awaited)) {
                chosen = emptiest;
            }
            if (chosen != null) {
                streams.merge(chosen, 1, Integer::sum);
                credit.merge(chosen, -1, Integer::sum);
            }
            return chosen;
        }
    }

    // Whether there is, or will be, one more.
    private boolean grow(int most) {
        if (more.stream().anyMatch(link -> link.connection() == null)) {
            return true;
        }
        if (more.size() + 1 >= needed(most) || first.connection() == null) {
            return false;
        }
        if (System.nanoTime() - notBefore < 0) {
            // Worth waiting for, unless it fails again and again: a server may not take more connections.
            return failures < MOST_FAILURES;
        }
        add();
        return true;
    }

    /** Makes one more although the streams do not need it, within a bound: those that there are give no credit. */
    void another(int most) {
        if (more.size() + 1 < needed(most) + MOST_FOR_CREDIT && first.connection() != null) {
            add();
        }
    }

    private void add() {
        if (patience.worked(Duration.ofNanos(System.nanoTime() - notBefore))) {
            // Nothing has failed for so long.
            failures = 0;
        }
        ClientConnection another = new ClientConnection(pool, connector, this, outage, false);
        more.add(another);
        another.connect();
    }

    private int needed(int streams) {
        return (int) Math.max(1, ((long) streams + perConnection - 1) / perConnection);
    }

    /** Gives up a connection that nothing is left on, when fewer do. */
    void shrink(int streams, Predicate<Connection> used) {
        for (ClientConnection link : List.copyOf(more)) {
            Connection connection = link.connection();
            if (connection != null && more.size() + 1 > needed(streams) && !used.test(connection)) {
                more.remove(link);
                gone.add(link);
                link.close();
                owner.shed(connection);
            }
        }
    }

    // ---- what happens to them

    @Override
    public void up(Connection connection) {
        owner.up(connection);
    }

    @Override
    public void down(Connection connection, String reason) {
        owner.down(connection, reason);
    }

    @Override
    public boolean works() {
        return all().anyMatch(ClientConnection::works);
    }

    @Override
    public void gone(ClientConnection link) {
        if (more.remove(link)) {
            gone.add(link);
            long now = System.nanoTime();
            if (patience.worked(link.worked())) {
                // That it was lost, with the server perhaps, says nothing of the next.
                failures = 0;
            } else if (now - notBefore >= 0) {
                // Those that are lost together, with the server, fail once.
                notBefore = now + patience.next().toNanos();
                failures++;
            }
        }
    }

    /** An id came on a connection: it works. Timer thread. */
    void proved(Connection connection) {
        all().forEach(link -> link.proved(connection));
    }

    /** A stream of a connection ended without an id. Timer thread. */
    void idFailed(Connection connection, ClientConnection.IdFailure failure) {
        all().forEach(link -> link.idFailed(connection, failure));
    }

    /** Uses a connection for nothing new: its streams in use live on, and another one is made. */
    void leave(Connection connection, String reason) {
        all().forEach(link -> link.leave(connection, reason));
    }

    /**
     * Pings when it is time, gives up peers that are silent or give no id, closes what was left and is not used any more, and forgets
     * what is closed.
     */
    void watch(Duration keepAlive, Duration idTimeout, Predicate<Connection> used) {
        all().forEach(link -> link.watch(keepAlive, idTimeout));
        withGone().forEach(link -> link.closeLeft(used));
        gone.removeIf(ClientConnection::isQuiet);
    }

    /** Losses are expected from now on. Any thread. */
    void endSoon() {
        outage.expected();
    }

    /** Ends all for good. Any thread. */
    void close() {
        connector.close();
        pool.threads.decide(() -> {
            try {
                withGone().forEach(ClientConnection::close);
            } finally {
                closed.countDown();
            }
        });
    }

    /** Waits until every connection has freed what it held. */
    boolean awaitClosed(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean quiet = closed.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        for (ClientConnection link : withGone().toList()) {
            quiet &= link.awaitClosed(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
        return quiet;
    }
}
