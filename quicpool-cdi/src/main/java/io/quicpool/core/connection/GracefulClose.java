package io.quicpool.core.connection;

import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.Deadline;
import java.time.Duration;

/** Closes a connection without losing data that is under way. */
public final class GracefulClose {

    /** A peer that is silent for so long while acknowledgements are outstanding is taken for lost. */
    private static final Duration MAX_SILENCE = Duration.ofSeconds(5);

    private GracefulClose() {}

    /** Closes a connection without streams in use once its peer has acknowledged all data. Blocks, at most for the idle time-out. */
    public static void close(Connection connection) {
        close(connection, Deadline.after(connection.idleTimeout()));
    }

    /** As {@link #close(Connection)}, at the latest at the deadline. */
    public static void close(Connection connection, Deadline deadline) {
        try {
            awaitDelivered(connection, deadline);
            connection.close(0, CloseReason.POOL_CLOSED);
        } catch (InterruptedException e) {
            // The deadline has passed. All connections are closed now anyway.
            Thread.currentThread().interrupt();
        }
    }

    // Data of the last streams may be in flight. A lost peer must not cost the whole drain time.
    private static void awaitDelivered(Connection connection, Deadline deadline) throws InterruptedException {
        if (!deadline.hasPassed()) {
            connection.awaitDelivered(deadline.remaining(), MAX_SILENCE);
        }
    }
}
