package io.quicpool.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes of a listener, a limited number at a time. Any thread.
 *
 * @param <C> the engine's connection
 */
final class Handshakes<C> {

    /** A handshake, from its first datagram on. It is kept for a while after its end, for late datagrams. */
    static final class Attempt<C> {

        private final long since;
        final InetSocketAddress client;
        final Gate.@Nullable Proof proof;
        // Only for the receiving thread: datagrams after the first, before there was a connection.
        int furtherDatagrams;
        private boolean pending = true;
        volatile boolean ended;

        @Nullable C connection;

        Attempt(long since, InetSocketAddress client, Gate.@Nullable Proof proof) {
            this.since = since;
            this.client = client;
            this.proof = proof;
        }
    }

    private final int max;
    private final Duration timeout;
    private final Duration timeoutWhenFull;
    // By each connection id that the client may use in the handshake, the oldest first. Guarded by this, as is pending.
    private final Map<ByteBuffer, Attempt<C>> attempts = new LinkedHashMap<>();
    private int pending;

    /**
     * Makes an empty table.
     *
     * @param timeoutWhenFull how long a handshake may take while there are {@code max}
     */
    Handshakes(int max, Duration timeout, Duration timeoutWhenFull) {
        this.max = max;
        this.timeout = timeout;
        this.timeoutWhenFull = timeoutWhenFull;
    }

    synchronized @Nullable Attempt<C> get(byte[] id) {
        return attempts.get(ByteBuffer.wrap(id));
    }

    synchronized boolean hasConnection(Attempt<C> attempt) {
        return attempt.connection != null || !attempt.pending;
    }

    /** Whether there is room for one more, which is then under way. */
    synchronized boolean start(byte[] id, Attempt<C> attempt) {
        boolean room = pending < max;
        if (room) {
            pending++;
            attempts.put(ByteBuffer.wrap(id), attempt);
        }
        return room;
    }

    synchronized void remove(byte[] id) {
        Attempt<C> attempt = attempts.remove(ByteBuffer.wrap(id));
        if (attempt != null) {
            end(attempt);
        }
    }

    /** Removes what is too old, and returns those that were still under way. */
    synchronized List<Attempt<C>> removeOverdue(long now) {
        Duration longest = pending < max ? timeout : timeoutWhenFull;
        List<Attempt<C>> overdue = new ArrayList<>();
        for (Iterator<Attempt<C>> each = attempts.values().iterator(); each.hasNext(); ) {
            Attempt<C> attempt = each.next();
            if (now - attempt.since < longest.toNanos()) {
                break;
            }
            each.remove();
            if (end(attempt)) {
                overdue.add(attempt);
            }
        }
        return overdue;
    }

    private boolean end(Attempt<C> attempt) {
        boolean was = attempt.pending;
        if (was) {
            attempt.pending = false;
            pending--;
        }
        return was;
    }

    /** There is a connection for a handshake. Returns the handshake; null when it has been removed. */
    synchronized @Nullable Attempt<C> created(byte[] id, C connection) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt != null) {
            attempt.connection = connection;
        }
        return attempt;
    }

    /** The client may use another connection id, too. */
    synchronized void alias(byte[] id, byte[] other) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt != null) {
            attempts.putIfAbsent(ByteBuffer.wrap(other), attempt);
        }
    }

    /**
     * A handshake has succeeded or failed.
     *
     * @param withConnection whether its connection has ended
     * @return the handshake if it was still under way
     */
    synchronized @Nullable Attempt<C> finish(byte[] id, boolean withConnection) {
        Attempt<C> attempt = attempts.get(ByteBuffer.wrap(id));
        if (attempt == null) {
            return null;
        }
        attempt.connection = null;
        attempt.ended |= withConnection;
        return end(attempt) ? attempt : null;
    }

    synchronized int pending() {
        return pending;
    }
}
