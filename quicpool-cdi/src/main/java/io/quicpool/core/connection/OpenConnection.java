package io.quicpool.core.connection;

import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A connection that is up: whether its peer answers and gives ids. Timer thread. */
final class OpenConnection {

    // The only address leads to the same peer again, which may just be slow.
    private static final int ID_TIMEOUTS_FOR_ONLY_ADDRESS = 3;

    private final Connection connection;
    private final long upSince = System.nanoTime();
    private long lastCheck = upSince;
    private long lastPing = upSince;
    private boolean verified;
    private long verifiedSince;
    // Why a stream got no id, as long as none of the connection has one.
    private @Nullable String idFailure;
    private boolean isFull;

    OpenConnection(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /** An id was received. */
    void markVerified() {
        verified = true;
        verifiedSince = System.nanoTime();
    }

    boolean isVerified() {
        return verified;
    }

    /** How long it is, or was, verified. */
    Duration verifiedFor() {
        return verified ? Duration.ofNanos(System.nanoTime() - verifiedSince) : Duration.ZERO;
    }

    /** A stream ended without an id. {@code full} when the peer has reached its capacity. */
    void idFailed(String text, boolean full) {
        if (!verified) {
            idFailure = text;
            isFull = full;
        }
    }

    /**
     * Pings the peer when due.
     *
     * @param hasOther whether the peer has another address
     * @return why the connection should be given up: the peer was silent, or gave no id, for too long. Null if it should not
     */
    @Nullable String check(Duration keepAlive, Duration idTimeout, BooleanSupplier hasOther) {
        long now = System.nanoTime();
        boolean stalled = now - lastCheck > 3 * PoolThreads.CHECK_INTERVAL.toNanos();
        lastCheck = now;
        long idle = connection.idleTimeout().toNanos();
        // After a pause of this process, packets of the peer may be unread. They are read first.
        if (!stalled && connection.silentNanos() > idle) {
            return "no answer within " + connection.idleTimeout().toMillis() + " ms";
        }
        if (!stalled && !verified && now - upSince > maxNanosWithoutId(idTimeout, hasOther)) {
            return idFailure == null ? "no stream could be opened" : idFailure;
        }
        if (now - lastPing >= Math.min(keepAlive.toNanos(), idle / 3) - PoolThreads.CHECK_INTERVAL.toNanos() / 2) {
            lastPing = now;
            connection.ping();
        }
        return null;
    }

    // Without a failed stream there is no reason to hurry. A full peer gives ids again later: to reconnect would not
    // help, but another address may.
    private long maxNanosWithoutId(Duration idTimeout, BooleanSupplier hasOther) {
        boolean failed = idFailure != null;
        if (hasOther.getAsBoolean()) {
            return failed || connection.credit() == 0 ? idTimeout.toNanos() : Long.MAX_VALUE;
        }
        return !failed || isFull ? Long.MAX_VALUE : ID_TIMEOUTS_FOR_ONLY_ADDRESS * idTimeout.toNanos();
    }
}
