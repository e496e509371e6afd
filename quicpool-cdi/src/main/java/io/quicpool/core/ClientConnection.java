package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.config.Endpoint;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection of a client pool up, and reconnects if {@code reconnects}. Otherwise it ends with its
 * connection.
 *
 * <pre>
 * DOWN --connect--&gt; CONNECTING --&gt; UP
 *                     |   ^          |
 *                failed   |          | lost
 *                     v   |          v
 *                    BACKOFF &lt;-------+        close: any --&gt; CLOSED
 * </pre>
 *
 * <p>The pool's timer thread makes every transition. Fields that other threads read are volatile. Connecting blocks a
 * thread of its own. A connection that an attempt makes after {@link #close} is closed at once.
 */
final class ClientConnection {

    enum State {
        DOWN,
        CONNECTING,
        UP,
        BACKOFF,
        CLOSED
    }

    /** Why a stream got no id. {@code isFull} when the peer has reached its capacity. */
    record IdFailure(String text, boolean isFull) {}

    /** What the pool does about events. Called on the timer thread. */
    interface Owner {
        void up(Connection connection);

        void down(Connection connection, String reason);

        /** A connection that the pool no longer needs was closed. */
        default void removed(Connection connection) {}

        /** Whether a connection is verified, so that the pool is ready without another one. */
        default boolean isVerified() {
            return false;
        }

        /** A connection that does not reconnect has failed or was lost. It is closed. */
        default void ended(ClientConnection which) {}
    }

    /** The reason that peers get when a pool closes. The Go package uses the same. */
    static final String CLOSED = "pool closed";

    private static final String CANNOT_CONNECT = "cannot connect";

    /** Says in messages that the pool is ready anyway. */
    private static final String OTHERS_ARE_UP = "; other connections are up";

    // The only address leads to the same peer again, which may just be slow.
    private static final int ID_TIMEOUTS_FOR_ONLY_ADDRESS = 3;

    private final CorePool pool;
    private final Connector connector;
    private final Owner owner;
    private final OutageLog outage;
    private final boolean reconnects;
    private final Backoff backoff =
            new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    // Written by the timer thread only.
    private volatile State state = State.DOWN;
    private volatile @Nullable Connection connection;
    private volatile boolean attempting;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final FormerConnections former;
    private @Nullable Future<?> attempt;
    private @Nullable Future<?> retry;
    private long stuckSince;
    private boolean verified;
    private @Nullable IdFailure idFailure;
    private long upSince;
    private long verifiedSince;
    private long lastCheck;
    private long lastPing;

    ClientConnection(CorePool pool, Connector connector, Owner owner, OutageLog outage, boolean reconnects) {
        this.pool = pool;
        this.connector = connector;
        this.owner = owner;
        this.outage = outage;
        this.reconnects = reconnects;
        this.former = new FormerConnections(pool.threads);
    }

    /** The connection while it is up and alive, else null. */
    @Nullable Connection connection() {
        Connection current = connection;
        return current != null && current.alive() ? current : null;
    }

    boolean holds(Connection which) {
        return connection == which;
    }

    /** The current connection and those that drain, as far as they are alive. */
    List<Connection> openAndDraining() {
        Connection current = connection();
        return Stream.concat(Stream.ofNullable(current), former.draining()).toList();
    }

    String stateText() {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Connects, for the first time or again. Timer thread. */
    void connect() {
        if (state != State.DOWN && state != State.BACKOFF) {
            return;
        }
        state = State.CONNECTING;
        stuckSince = 0;
        try {
            attempt = pool.threads.connect(this::attempt);
        } catch (RuntimeException | Error e) {
            // For example, there is no memory for a thread.
            failed(e);
        }
    }

    // On the connector thread. Every failure must lead to another attempt, also an error of a resolver.
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
        verified = false;
        idFailure = null;
        upSince = lastCheck = lastPing = System.nanoTime();
        pool.metrics.connects.increment();
        pool.log.debug("handshake with " + Endpoint.text(made.remoteAddress()) + " complete");
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
        report(cause, text.startsWith(CANNOT_CONNECT) ? text : CANNOT_CONNECT + ": " + text);
        retryOrEnd();
    }

    private void report(IOException cause) {
        report(cause, Metrics.text(cause));
    }

    // A message that was logged in this outage already is logged on level DEBUG.
    private void report(Throwable cause, String text) {
        String message = text;
        if (owner.isVerified()) {
            message = text + OTHERS_ARE_UP;
            pool.metrics.connectionMissing(new IOException(message, cause));
        } else {
            pool.metrics.outage(cause);
        }
        pool.log.log(outage.isNews(message) ? Level.WARNING : Level.DEBUG, message);
    }

    private void retryOrEnd() {
        if (!reconnects) {
            state = State.CLOSED;
            if (!attempting) {
                ended.countDown();
            }
            owner.ended(this);
            return;
        }
        state = State.BACKOFF;
        stuckSince = 0;
        retry = pool.threads.decideAfter(connector.exhausted() ? backoff.next() : Backoff.MIN_DELAY, this::connect);
    }

    /** An id was received on the connection, so the outage is over. Timer thread. */
    void markVerified(Connection which) {
        if (connection != which || verified) {
            return;
        }
        verified = true;
        verifiedSince = System.nanoTime();
        idFailure = null;
        outage.end();
        pool.metrics.connected();
        connector.verified(which);
        pool.log.info("connected to " + Endpoint.text(which.remoteAddress()));
    }

    /** Whether the connection is up and verified. */
    boolean isVerified() {
        return verified && connection() != null;
    }

    /** How long the current or the last connection was verified. Timer thread. */
    Duration verifiedFor() {
        return verified ? Duration.ofNanos(System.nanoTime() - verifiedSince) : Duration.ZERO;
    }

    /** A stream ended without an id. This becomes the reason if the connection is never verified. Timer thread. */
    void idFailed(Connection which, IdFailure failure) {
        if (connection == which && !verified) {
            idFailure = failure;
        }
    }

    private void lost(Connection which, String reason) {
        if (state == State.UP && connection == which) {
            which.close(0, reason);
            former.closed(which);
            down(which, reason);
        }
    }

    private void down(Connection which, String reason) {
        connection = null;
        pool.metrics.lost.increment();
        connector.failed(which);
        if (verified) {
            report(new IOException("lost " + Endpoint.text(which.remoteAddress()) + ": " + reason));
        } else {
            // The peer refused the client. That is no better than a failed attempt.
            pool.metrics.error();
            report(new IOException(CANNOT_CONNECT + " to " + Endpoint.text(which.remoteAddress()) + ": " + reason));
        }
        owner.down(which, reason);
        backoff.resetIfLasted(verifiedFor());
        retryOrEnd();
    }

    /** Opens no further stream on the connection and makes another one. Streams in use go on. Timer thread. */
    void drain(Connection which, String reason) {
        if (state == State.UP && connection == which && which.alive()) {
            former.drain(which);
            down(which, reason);
        }
    }

    /** Closes draining connections that are no longer in use or have ended. Timer thread. */
    void closeDrained(Predicate<Connection> used) {
        former.check(used);
    }

    // Without a failed stream there is no reason to hurry. A full peer gives ids again later: to reconnect would not
    // help, but another address may.
    private long maxNanosWithoutId(Connection current, Duration idTimeout) {
        IdFailure failure = idFailure;
        if (connector.hasOther(current)) {
            return failure != null || current.credit() == 0 ? idTimeout.toNanos() : Long.MAX_VALUE;
        }
        return failure == null || failure.isFull()
                ? Long.MAX_VALUE
                : ID_TIMEOUTS_FOR_ONLY_ADDRESS * idTimeout.toNanos();
    }

    private String reasonWithoutId() {
        IdFailure failure = idFailure;
        return failure == null ? "no stream could be opened" : failure.text();
    }

    /** Pings when due, and drops a peer that was silent, or gave no id, for too long. Timer thread. */
    void check(Duration keepAlive, Duration idTimeout) {
        Connection current = connection;
        if (current == null || state != State.UP) {
            restartIfStuck();
            return;
        }
        long now = System.nanoTime();
        boolean stalled = now - lastCheck > 3 * CorePool.CHECK_INTERVAL.toNanos();
        lastCheck = now;
        long idle = current.idleTimeout().toNanos();
        // After a pause of this process, packets of the peer may be unread. They are read first.
        if (!stalled && current.silentNanos() > idle) {
            lost(current, "no answer within " + current.idleTimeout().toMillis() + " ms");
        } else if (!stalled && !verified && now - upSince > maxNanosWithoutId(current, idTimeout)) {
            lost(current, reasonWithoutId());
        } else if (now - lastPing >= Math.min(keepAlive.toNanos(), idle / 3) - CorePool.CHECK_INTERVAL.toNanos() / 2) {
            lastPing = now;
            current.ping();
        }
    }

    // Makes another attempt when an attempt, its result or the next try was lost, for example to an OutOfMemoryError.
    private void restartIfStuck() {
        Future<?> awaited = state == State.CONNECTING ? attempt : state == State.BACKOFF ? retry : null;
        if (awaited == null || !awaited.isDone()) {
            stuckSince = 0;
        } else if (stuckSince == 0) {
            // Its result may still be in the timer's queue.
            stuckSince = System.nanoTime();
        } else if (System.nanoTime() - stuckSince > CorePool.CHECK_INTERVAL.toNanos()) {
            stuckSince = 0;
            state = State.BACKOFF;
            connect();
        }
    }

    /** Closes all connections for good. Timer thread. */
    void close() {
        state = State.CLOSED;
        Connection current = connection;
        if (current != null) {
            current.close(0, CLOSED);
            former.closed(current);
        }
        former.close();
        Future<?> running = attempt;
        if (running != null) {
            running.cancel(true);
        }
        if (!attempting) {
            ended.countDown();
        } else if (connector.isLookingUp()) {
            pool.threads.abandonConnector();
            ended.countDown();
        }
    }

    /** Waits until a running attempt has ended and every connection has released its resources. */
    boolean awaitClosed(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean attemptEnded = ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return former.awaitReleased(deadline) && attemptEnded;
    }

    /** How many connections are not released yet, the current one included. */
    int heldConnections() {
        return former.size() + (connection == null ? 0 : 1);
    }

    /** Whether every connection is closed and released. Timer thread. */
    boolean isFullyClosed() {
        return ended.getCount() == 0 && former.areReleased();
    }

    /** The events of the connection that one attempt makes. */
    private final class Events implements ConnectionEvents {

        private volatile @Nullable String lost;

        @Override
        public void accepted(EngineStream stream) {
            // Only clients open streams in this protocol.
            stream.reset(StreamErrors.PROTOCOL);
        }

        @Override
        public void lost(String closeReason) {
            String reason = Printable.said(closeReason, CloseReason.MAX_LENGTH);
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
