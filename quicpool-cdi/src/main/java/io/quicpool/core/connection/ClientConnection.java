package io.quicpool.core.connection;

import io.quicpool.StreamErrors;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Printable;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
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
public final class ClientConnection {

    enum State {
        DOWN,
        CONNECTING,
        UP,
        BACKOFF,
        CLOSED
    }

    /** What the pool does about events. Called on the timer thread. */
    public interface Owner {
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

    private static final String CANNOT_CONNECT = "cannot connect";

    private final PoolThreads threads;
    private final PoolLog log;
    private final Metrics metrics;
    private final Connector connector;
    private final Owner owner;
    private final OutageLog outage;
    private final boolean reconnects;
    private final Backoff backoff =
            new Backoff(() -> ThreadLocalRandom.current().nextDouble());
    // Written by the timer thread only.
    private volatile State state = State.DOWN;
    private volatile @Nullable OpenConnection current;
    private @Nullable OpenConnection last;
    private final ConnectAttempts attempts;
    private final FormerConnections former;
    private @Nullable Future<?> retry;
    private long stuckSince;

    ClientConnection(
            PoolThreads threads,
            PoolLog log,
            Metrics metrics,
            Connector connector,
            Owner owner,
            OutageLog outage,
            boolean reconnects) {
        this.threads = threads;
        this.log = log;
        this.metrics = metrics;
        this.connector = connector;
        this.owner = owner;
        this.outage = outage;
        this.reconnects = reconnects;
        this.attempts = new ConnectAttempts(threads, connector);
        this.former = new FormerConnections(threads);
    }

    /** The connection while it is up and alive, else null. */
    @Nullable Connection connection() {
        OpenConnection open = current;
        return open != null && open.connection().alive() ? open.connection() : null;
    }

    boolean holds(Connection which) {
        OpenConnection open = current;
        return open != null && open.connection() == which;
    }

    /** The current connection and those that drain, as far as they are alive. */
    List<Connection> openAndDraining() {
        return Stream.concat(Stream.ofNullable(connection()), former.draining()).toList();
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
            Events events = new Events();
            attempts.start(events, made -> connected(made, events), this::failed);
        } catch (RuntimeException | Error e) {
            // For example, there is no memory for a thread.
            failed(e);
        }
    }

    private void connected(Connection made, Events events) {
        if (state != State.CONNECTING) {
            made.close(0, CloseReason.POOL_CLOSED);
            return;
        }
        state = State.UP;
        current = last = new OpenConnection(made);
        metrics.connectionMade(made.remoteAddress());
        log.debug("handshake with " + Endpoint.text(made.remoteAddress()) + " complete");
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
        metrics.error();
        String text = Metrics.text(cause);
        metrics.connectFailed(text);
        report(cause, text.startsWith(CANNOT_CONNECT) ? text : CANNOT_CONNECT + ": " + text);
        retryOrEnd();
    }

    private void report(Throwable cause, String text) {
        outage.report(cause, text, owner.isVerified());
    }

    private void retryOrEnd() {
        if (!reconnects) {
            state = State.CLOSED;
            attempts.end();
            owner.ended(this);
            return;
        }
        state = State.BACKOFF;
        stuckSince = 0;
        retry = threads.decideAfter(backoff.next(connector.exhausted()), this::connect);
    }

    /** An id was received on the connection, so the outage is over. Timer thread. */
    void markVerified(Connection which) {
        OpenConnection open = current;
        if (open == null || open.connection() != which || open.isVerified()) {
            return;
        }
        open.markVerified();
        outage.end();
        connector.verified(which);
        log.info("connected to " + Endpoint.text(which.remoteAddress()));
    }

    /** Whether the connection is up and verified. */
    boolean isVerified() {
        OpenConnection open = current;
        return open != null && open.isVerified() && open.connection().alive();
    }

    /** How long the current or the last connection was verified. Timer thread. */
    Duration verifiedFor() {
        return last == null ? Duration.ZERO : last.verifiedFor();
    }

    /** A stream ended without an id. This becomes the reason if the connection is never verified. Timer thread. */
    void idFailed(Connection which, String text, boolean full) {
        OpenConnection open = current;
        if (open != null && open.connection() == which) {
            open.idFailed(text, full);
        }
    }

    private void lost(Connection which, String reason) {
        OpenConnection open = current;
        if (state == State.UP && open != null && open.connection() == which) {
            which.close(0, reason);
            former.closed(which);
            down(open, reason);
        }
    }

    private void down(OpenConnection open, String reason) {
        Connection which = open.connection();
        String address = Endpoint.text(which.remoteAddress());
        current = null;
        metrics.connectionLost(which.remoteAddress(), reason);
        connector.failed(which);
        String what;
        if (open.isVerified()) {
            what = "lost " + address;
        } else {
            // The peer refused the client. That is no better than a failed attempt.
            metrics.error();
            what = CANNOT_CONNECT + " to " + address;
        }
        IOException cause = new IOException(what + ": " + reason);
        report(cause, Metrics.text(cause));
        owner.down(which, reason);
        backoff.resetIfLasted(open.verifiedFor());
        retryOrEnd();
    }

    /** Opens no further stream on the connection and makes another one. Streams in use go on. Timer thread. */
    void drain(Connection which, String reason) {
        OpenConnection open = current;
        if (state == State.UP && open != null && open.connection() == which && which.alive()) {
            former.drain(which);
            down(open, reason);
        }
    }

    /** Closes draining connections that are no longer in use or have ended. Timer thread. */
    void closeDrained(Predicate<Connection> used) {
        former.check(used);
    }

    /** Pings when due, and drops a peer that was silent, or gave no id, for too long. Timer thread. */
    void check(Duration keepAlive, Duration idTimeout) {
        OpenConnection open = current;
        if (open == null || state != State.UP) {
            restartIfStuck();
            return;
        }
        Connection which = open.connection();
        String problem = open.check(keepAlive, idTimeout, () -> connector.hasOther(which));
        if (problem != null) {
            lost(which, problem);
        }
    }

    // Makes another attempt when an attempt, its result or the next try was lost, for example to an OutOfMemoryError.
    private void restartIfStuck() {
        boolean isDone = state == State.CONNECTING
                ? attempts.isLastDone()
                : state == State.BACKOFF && retry != null && retry.isDone();
        if (!isDone) {
            stuckSince = 0;
        } else if (stuckSince == 0) {
            // Its result may still be in the timer's queue.
            stuckSince = System.nanoTime();
        } else if (System.nanoTime() - stuckSince > PoolThreads.CHECK_INTERVAL.toNanos()) {
            stuckSince = 0;
            state = State.BACKOFF;
            connect();
        }
    }

    /** Closes all connections for good. Timer thread. */
    void close() {
        state = State.CLOSED;
        OpenConnection open = current;
        if (open != null) {
            open.connection().close(0, CloseReason.POOL_CLOSED);
            former.closed(open.connection());
        }
        former.close();
        attempts.close();
    }

    /** Waits until a running attempt has ended and every connection has released its resources. */
    boolean awaitClosed(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        boolean attemptEnded = attempts.awaitEnd(deadline.nanosLeft());
        return former.awaitReleased(deadline) && attemptEnded;
    }

    /** How many connections are not released yet, the current one included. */
    int heldConnections() {
        return former.size() + (current == null ? 0 : 1);
    }

    /** Whether every connection is closed and released. Timer thread. */
    boolean isFullyClosed() {
        return attempts.isEnded() && former.areReleased();
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
            threads.decide(() -> {
                OpenConnection open = current;
                if (open != null && !open.connection().alive()) {
                    ClientConnection.this.lost(open.connection(), reason);
                }
            });
        }
    }
}
