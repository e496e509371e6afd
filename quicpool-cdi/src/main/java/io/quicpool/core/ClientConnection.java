package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One connection at a time of a client pool: makes it, watches it, makes it anew; or, where another does that, is gone with it.
 *
 * <pre>
 * DOWN --start--&gt; CONNECTING --&gt; UP
 *                  |   ^          |
 *             failed   |          | lost
 *                  v   |          v
 *                 BACKOFF &lt;-------+        close: any --&gt; CLOSED
 * </pre>
 *
 * <p>Every transition is made on the pool's timer thread; what others read is volatile. Connecting blocks, on a thread of
 * its own. An attempt that ends after the link was closed is closed at once.
 */
final class ClientConnection {

    enum State {
        DOWN,
        CONNECTING,
        UP,
        BACKOFF,
        CLOSED
    }

    /** Makes one connection at a time, to whichever address is worth it. */
    interface Connector {
        /** Connects; blocks. */
        Connection connect(ConnectionEvents events) throws IOException, InterruptedException;

        /** An id came on the connection: its address serves. */
        default void served(Connection connection) {}

        /** It was lost: its address does not serve now. */
        default void failed(Connection connection) {}

        /** Whether there is another address. */
        default boolean hasOther(Connection than) {
            return false;
        }

        /** Whether all addresses have failed, so that it is time for a pause. */
        default boolean exhausted() {
            return true;
        }

        /** Nothing is connected to any more. Does not block. */
        default void close() {}

        /** Whether it is where no interrupt reaches it, and leads to nothing once it is closed. */
        default boolean isLookingUp() {
            return false;
        }
    }

    /** Why a stream got no id; full when the peer says that it has no room for it. */
    record IdFailure(String text, boolean isFull) {}

    /** What the pool does about it. Called on the timer thread. */
    interface Owner {
        void up(Connection connection);

        void down(Connection connection, String reason);

        /** A connection was given up that nobody needs any more. */
        default void shed(Connection connection) {}

        /** Whether ids come on a connection: the pool is ready without another one. */
        default boolean works() {
            return false;
        }

        /** A link that is not kept has failed or was lost, and is closed. */
        default void gone(ClientConnection link) {}
    }

    /** What peers are told when a pool closes; that of the Go package. */
    static final String CLOSED = "pool closed";

    private static final String CANNOT_CONNECT = "cannot connect";

    /** The pool is ready all the same. */
    private static final String OTHERS_ARE_UP = "; other connections are up";

    // Where there is no other address the next connection may lead to the same peer, which may just be slow.
    private static final int ID_TIMEOUTS_OF_ONE_ADDRESS = 3;

    private final CorePool pool;
    private final Connector connector;
    private final Owner owner;
    private final OutageLog outage;
    private final boolean kept;
    private final Backoff backoff =
            new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    // Written by the timer thread only.
    private volatile State state = State.DOWN;
    private volatile @Nullable Connection connection;
    private volatile boolean attempting;
    private final CountDownLatch ended = new CountDownLatch(1);
    // Connections to peers that are closing: kept for the streams in use on them, used for nothing new.
    private final Set<Connection> left = ConcurrentHashMap.newKeySet();
    // Connections that were lost and may still be freeing what they hold.
    private final Queue<Connection> closing = new ConcurrentLinkedQueue<>();
    private @Nullable Future<?> attempt;
    private @Nullable Future<?> retry;
    private long silentSince;
    private boolean served;
    private @Nullable IdFailure idFailure;
    private long upSince;
    private long servedSince;
    private long lastWatch;
    private long lastPing;

    ClientConnection(CorePool pool, Connector connector, Owner owner, OutageLog outage, boolean kept) {
        this.pool = pool;
        this.connector = connector;
        this.owner = owner;
        this.outage = outage;
        this.kept = kept;
    }

    /** The connection while it is up and alive, else null. */
    @Nullable Connection connection() {
        Connection current = connection;
        return current != null && current.alive() ? current : null;
    }

    /** All connections that are up: that in use, and those that are left and still have streams in use. */
    List<Connection> connections() {
        Connection current = connection();
        return Stream.concat(Stream.ofNullable(current), left.stream().filter(Connection::alive))
                .toList();
    }

    String text() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Connects for the first time, or again. Timer thread. */
    void connect() {
        if (state != State.DOWN && state != State.BACKOFF) {
            return;
        }
        state = State.CONNECTING;
        silentSince = 0;
        try {
            attempt = pool.threads.connect(this::attempt);
        } catch (RuntimeException | Error e) {
            // Such as no memory for a thread.
            failed(e);
        }
    }

    // On the connector thread. Whatever goes wrong there must lead to another attempt, an error of a resolver too.
    @SuppressWarnings("CatchingUnchecked")
    private void attempt() {
        Events events = new Events();
        attempting = true;
        try {
            if (state == State.CLOSED) {
                return;
            }
            Connection made = connector.connect(events);
            pool.threads.decide(() -> connected(made, events));
            if (state == State.CLOSED) {
                made.close(0, CLOSED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            pool.threads.decide(() -> failed(e));
        } finally {
            attempting = false;
            if (state == State.CLOSED) {
                ended.countDown();
            }
        }
    }

    private void connected(Connection made, Events events) {
        if (state != State.CONNECTING) {
            made.close(0, CLOSED);
            return;
        }
        state = State.UP;
        connection = made;
        served = false;
        idFailure = null;
        upSince = lastWatch = lastPing = System.nanoTime();
        pool.metrics.connects.increment();
        pool.log.log(Level.DEBUG, "{0}: handshake with {1} complete", pool.name, made.remoteAddress());
        owner.up(made);
        // It may have been lost before it was up.
        String reason = events.lost;
        if (reason != null) {
            lost(made, reason);
        }
    }

    private void failed(Throwable cause) {
        if (state != State.CONNECTING) {
            return;
        }
        pool.metrics.error();
        String text = Metrics.text(cause);
        tell(cause, text.startsWith(CANNOT_CONNECT) ? text : CANNOT_CONNECT + ": " + text);
        later();
    }

    private void tell(IOException cause) {
        tell(cause, Metrics.text(cause));
    }

    // What is said again in the same outage is on level DEBUG.
    private void tell(Throwable cause, String text) {
        String said = text;
        if (owner.works()) {
            said = text + OTHERS_ARE_UP;
            pool.metrics.connectionMissing(new IOException(said, cause));
        } else {
            pool.metrics.outage(cause);
        }
        pool.log.log(outage.isNews(said) ? Level.WARNING : Level.DEBUG, "{0}: {1}", pool.name, said);
    }

    private void later() {
        if (!kept) {
            state = State.CLOSED;
            if (!attempting) {
                ended.countDown();
            }
            owner.gone(this);
            return;
        }
        state = State.BACKOFF;
        silentSince = 0;
        retry = pool.threads.decideAfter(connector.exhausted() ? backoff.next() : Backoff.FIRST, this::connect);
    }

    /** An id came on the connection: the outage is over. Timer thread. */
    void proved(Connection which) {
        if (connection != which || served) {
            return;
        }
        served = true;
        servedSince = System.nanoTime();
        idFailure = null;
        outage.over();
        pool.metrics.connected();
        connector.served(which);
        pool.log.log(Level.INFO, "{0}: connected to {1}", pool.name, which.remoteAddress());
    }

    /** Whether its connection is up and gives ids. */
    boolean works() {
        return served && connection() != null;
    }

    /** How long its connection, or the last one, has given ids. Timer thread. */
    Duration worked() {
        return served ? Duration.ofNanos(System.nanoTime() - servedSince) : Duration.ZERO;
    }

    /** A stream ended without an id: should the peer never give one, that is why. Timer thread. */
    void idFailed(Connection which, IdFailure failure) {
        if (connection == which && !served) {
            idFailure = failure;
        }
    }

    private void lost(Connection which, String reason) {
        if (state == State.UP && connection == which) {
            which.close(0, reason);
            closing.add(which);
            down(which, reason);
        }
    }

    private void down(Connection which, String reason) {
        connection = null;
        pool.metrics.lost.increment();
        connector.failed(which);
        if (served) {
            tell(new IOException("lost " + which.remoteAddress() + ": " + reason));
        } else {
            // It was turned away: no better than one that could not be made.
            pool.metrics.error();
            tell(new IOException(CANNOT_CONNECT + " to " + which.remoteAddress() + ": " + reason));
        }
        owner.down(which, reason);
        backoff.worked(worked());
        later();
    }

    /** Uses the connection for nothing new: the streams in use live on, and another connection is made. Timer thread. */
    void leave(Connection which, String reason) {
        if (state == State.UP && connection == which && which.alive()) {
            left.add(which);
            down(which, reason);
        }
    }

    /** Closes the connections that were left and are not used any more, or that have ended. Timer thread. */
    void closeLeft(Predicate<Connection> used) {
        closing.removeIf(ClientConnection::isFreed);
        for (Connection each : List.copyOf(left)) {
            if (!each.alive() || !used.test(each)) {
                left.remove(each);
                closing.add(each);
                pool.threads.disconnect(() -> Lifecycle.dismiss(each));
            } else if (each.silentNanos() > each.idleTimeout().toNanos() / 3) {
                each.ping();
            }
        }
    }

    // Long for one of whom nothing was asked yet. One that is full gives ids again when others leave: reconnecting to
    // it would not help, but another address may.
    private long patience(Connection current, Duration idTimeout) {
        IdFailure failure = idFailure;
        if (connector.hasOther(current)) {
            return failure != null || current.credit() == 0 ? idTimeout.toNanos() : Long.MAX_VALUE;
        }
        return failure == null || failure.isFull() ? Long.MAX_VALUE : ID_TIMEOUTS_OF_ONE_ADDRESS * idTimeout.toNanos();
    }

    private String withoutId() {
        IdFailure failure = idFailure;
        return failure == null ? "it lets no stream be opened" : failure.text();
    }

    /** Pings when it is time, and gives up a peer that is silent, or without a first id, for too long. Timer thread. */
    void watch(Duration keepAlive, Duration idTimeout) {
        Connection current = connection;
        if (current == null || state != State.UP) {
            goOn();
            return;
        }
        long now = System.nanoTime();
        boolean stalled = now - lastWatch > 3 * CorePool.HOUSEKEEPING.toNanos();
        lastWatch = now;
        long idle = current.idleTimeout().toNanos();
        // When this process itself stood still, the peer's packets may still be unread: let them be read first.
        if (!stalled && current.silentNanos() > idle) {
            lost(current, "no answer within " + current.idleTimeout().toMillis() + " ms");
        } else if (!stalled && !served && now - upSince > patience(current, idTimeout)) {
            lost(current, withoutId());
        } else if (now - lastPing >= Math.min(keepAlive.toNanos(), idle / 3) - CorePool.HOUSEKEEPING.toNanos() / 2) {
            lastPing = now;
            current.ping();
        }
    }

    // Whatever was lost for want of memory, an attempt, its result or the next try: there is another.
    private void goOn() {
        Future<?> awaited = state == State.CONNECTING ? attempt : state == State.BACKOFF ? retry : null;
        if (awaited == null || !awaited.isDone()) {
            silentSince = 0;
        } else if (silentSince == 0) {
            // Its result may be on its way through the timer's queue.
            silentSince = System.nanoTime();
        } else if (System.nanoTime() - silentSince > CorePool.HOUSEKEEPING.toNanos()) {
            silentSince = 0;
            state = State.BACKOFF;
            connect();
        }
    }

    /** Ends the link for good. Timer thread. */
    void close() {
        state = State.CLOSED;
        Connection current = connection;
        if (current != null) {
            current.close(0, CLOSED);
            closing.add(current);
        }
        for (Connection each : left) {
            each.close(0, CLOSED);
            closing.add(each);
        }
        left.clear();
        Future<?> running = attempt;
        if (running != null) {
            running.cancel(true);
        }
        if (!attempting) {
            ended.countDown();
        } else if (connector.isLookingUp()) {
            pool.threads.leaveConnector();
            ended.countDown();
        }
    }

    /** Waits until an attempt under way has ended, and every connection has freed what it held. */
    boolean awaitClosed(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean quiet = ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        for (Connection each : closing) {
            quiet &= each.awaitClosed(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return quiet;
    }

    /** How many connections it still holds, that in use included. */
    int held() {
        return left.size() + closing.size() + (connection == null ? 0 : 1);
    }

    /** Whether nothing is left that it has to close, or to see freed. Timer thread. */
    boolean isQuiet() {
        return left.isEmpty() && ended.getCount() == 0 && closing.stream().allMatch(ClientConnection::isFreed);
    }

    private static boolean isFreed(Connection connection) {
        try {
            return connection.awaitClosed(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The events of one attempt's connection. */
    private final class Events implements ConnectionEvents {

        private volatile @Nullable String lost;

        @Override
        public void accepted(EngineStream stream) {
            // In this protocol only clients open streams.
            stream.reset(StreamErrors.PROTOCOL);
        }

        @Override
        public void lost(String said) {
            String reason = Printable.said(said, CloseReason.MAX_LENGTH);
            lost = reason;
            pool.threads.decide(() -> {
                Connection current = connection;
                if (current != null && !current.alive()) {
                    ClientConnection.this.lost(current, reason);
                }
            });
        }
    }
}
