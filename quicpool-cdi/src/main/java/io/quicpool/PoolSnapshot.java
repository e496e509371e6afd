package io.quicpool;

import io.quicpool.config.Endpoint;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a pool at one moment. The numbers are read one after the other while the pool works, so they may not add up
 * exactly. Tests that need one without a pool use {@link #builder}.
 */
public final class PoolSnapshot {

    private final String name;
    private final PoolState state;
    private final boolean ready;
    private final String link;
    private final List<Peer> peers;
    private final int idle;
    private final int opening;
    private final int taken;
    private final int waiting;
    private final int capacity;
    private final Duration interval;
    private final long errors;
    private final @Nullable String lastError;
    private final PoolTotals totals;

    PoolSnapshot(PoolSnapshotBuilder from) {
        this.name = from.name;
        this.state = from.state;
        this.ready = from.ready;
        this.link = from.link;
        this.peers = List.copyOf(from.peers);
        this.idle = from.idle;
        this.opening = from.opening;
        this.taken = from.taken;
        this.waiting = from.waiting;
        this.capacity = from.capacity;
        this.interval = from.interval;
        this.errors = from.errors;
        this.lastError = from.lastError;
        this.totals = from.totals;
    }

    /**
     * A builder for a pool that was just made.
     *
     * @param name the name of the pool
     */
    public static PoolSnapshotBuilder builder(String name) {
        return new PoolSnapshotBuilder(name);
    }

    /** A builder with these values, to change some of them. */
    public PoolSnapshotBuilder toBuilder() {
        return new PoolSnapshotBuilder(this);
    }

    /** The name of the pool. */
    public String name() {
        return name;
    }

    /** The state of the pool. */
    public PoolState state() {
        return state;
    }

    /** Whether the pool can do its work, see {@link StreamPool#ready}. */
    public boolean ready() {
        return ready;
    }

    /**
     * The state of the connection, for people: {@code up}, {@code connecting}, {@code backoff} or {@code down}, with several connections
     * or targets {@code 1 of 2 up}, and with {@code , no stream credit} behind it where there is none; {@code closed} after the end. A
     * server pool says {@code listening} or {@code not listening}.
     */
    public String link() {
        return link;
    }

    /** The connections that are up. */
    public List<Peer> peers() {
        return peers;
    }

    /** Idle streams. */
    public int idle() {
        return idle;
    }

    /** Streams that have no id yet. */
    public int opening() {
        return opening;
    }

    /** Streams in use. */
    public int taken() {
        return taken;
    }

    /** Callers that wait for a stream. */
    public int waiting() {
        return waiting;
    }

    /** How many idle streams a client pool aims for, or a server pool holds at most. */
    public int capacity() {
        return capacity;
    }

    /** The time between two size checks of a client pool. */
    public Duration interval() {
        return interval;
    }

    /** The error count, see {@link StreamPool#errorCount}. */
    public long errors() {
        return errors;
    }

    /**
     * The last error, for people. Without a connection, it is why there is none. Null when there was no error. If it ends with "other
     * connections are up", the pool works.
     */
    public @Nullable String lastError() {
        return lastError;
    }

    /** Counters since the pool was opened. */
    public PoolTotals totals() {
        return totals;
    }

    /**
     * What the pool's connection is doing, for messages.
     *
     * @return such as {@code connection up}, {@code connections 1 of 2 up} or {@code listening}
     */
    public String linkText() {
        if (link.endsWith("listening")) {
            return link;
        }
        return (link.contains(" of ") ? "connections " : "connection ") + link;
    }

    /**
     * The state in one line, for messages.
     *
     * @return such as {@code RUNNING, connection up, idle 3, capacity 8, opening 5, taken 2, waiting 0, errors 0}
     */
    public String summary() {
        return state + ", " + linkText() + ", idle " + idle + ", capacity " + capacity + ", opening " + opening
                + ", taken "
                + taken + ", waiting " + waiting + ", errors " + errors
                + (lastError == null ? "" : ", last error: " + lastError);
    }

    /** The name and the {@link #summary}. */
    @Override
    public String toString() {
        return name + " (" + summary() + ")";
    }

    /**
     * A connection that is up.
     *
     * @param local this end
     * @param remote the other end
     */
    public record Peer(InetSocketAddress local, InetSocketAddress remote) {

        /**
         * Both addresses, as messages show them.
         *
         * @return such as {@code Peer[local=10.0.0.7:51000, remote=10.0.0.5:4433]}
         */
        @Override
        public String toString() {
            return "Peer[local=" + Endpoint.text(local) + ", remote=" + Endpoint.text(remote) + "]";
        }
    }
}
