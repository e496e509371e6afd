package io.quicpool.core.connection;

import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The connections that a {@link ClientConnection} no longer uses for new streams, until they have released their
 * resources. Changed on the timer thread, read by any.
 */
final class FormerConnections {

    /** How many may wait for acknowledgements. A server that comes and goes and acknowledges nothing costs no more. */
    static final int MAX_CLOSING = 8;

    private final PoolThreads threads;
    // Connections to peers that are closing. Their streams in use go on. No stream is opened on them.
    private final Set<Connection> draining = ConcurrentHashMap.newKeySet();
    // Connections that are closed, or about to be, and may not have released their resources yet. The oldest first.
    private final Queue<Connection> closing = new ConcurrentLinkedQueue<>();

    FormerConnections(PoolThreads threads) {
        this.threads = threads;
    }

    /** Adds a connection that is closed once its streams in use have ended. */
    void drain(Connection connection) {
        draining.add(connection);
    }

    /** Adds a connection that is closed. */
    void closed(Connection connection) {
        closing.add(connection);
    }

    /** The draining connections that are alive. */
    Stream<Connection> draining() {
        return draining.stream().filter(Connection::alive);
    }

    /** Closes draining connections that are no longer in use or have ended, and pings the others. Timer thread. */
    void check(Predicate<Connection> used) {
        closing.removeIf(FormerConnections::isReleased);
        for (Connection each : List.copyOf(draining)) {
            if (!each.alive() || !used.test(each)) {
                draining.remove(each);
                closing.add(each);
                threads.closeConnection(() -> GracefulClose.close(each));
            } else if (each.silentNanos() > each.idleTimeout().toNanos() / 3) {
                each.ping();
            }
        }
        closeOldest();
    }

    private void closeOldest() {
        int surplus = closing.size() - MAX_CLOSING;
        for (Connection each : closing) {
            if (surplus-- <= 0) {
                return;
            }
            each.close(0, CloseReason.POOL_CLOSED);
        }
    }

    /** Closes all connections. Timer thread. */
    void close() {
        for (Connection each : draining) {
            each.close(0, CloseReason.POOL_CLOSED);
            closing.add(each);
        }
        draining.clear();
    }

    /** Waits until every closed connection has released its resources, or until the deadline. */
    boolean awaitReleased(Deadline deadline) throws InterruptedException {
        boolean released = true;
        for (Connection each : closing) {
            released &= each.awaitClosed(deadline.remaining());
        }
        return released;
    }

    /** How many connections are not released yet. */
    int size() {
        return draining.size() + closing.size();
    }

    /** Whether every connection is closed and released. */
    boolean areReleased() {
        return draining.isEmpty() && closing.stream().allMatch(FormerConnections::isReleased);
    }

    private static boolean isReleased(Connection connection) {
        try {
            return connection.awaitClosed(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
