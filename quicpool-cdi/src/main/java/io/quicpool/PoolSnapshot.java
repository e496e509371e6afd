package io.quicpool;

import io.quicpool.config.Endpoint;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of a pool at one moment. The numbers are read one after the other while the pool works, so they may not add up
 * exactly.
 *
 * @param name the name of the pool
 * @param state its state
 * @param ready whether it can do its work, see {@link StreamPool#ready}
 * @param link the state of the connection, for people: {@code up}, {@code connecting}, {@code backoff} or {@code down}, with several
 *     connections or targets {@code 1 of 2 up}, and with {@code , no stream credit} behind it where there is none; {@code closed} after the
 *     end; a server pool says {@code listening} or {@code not listening}
 * @param peers the connections that are up
 * @param idle idle streams
 * @param opening streams that have no id yet
 * @param taken streams in use
 * @param waiting callers that wait for a stream
 * @param capacity how many idle streams a client pool aims for, or a server pool holds at most
 * @param interval the time between two size checks of a client pool
 * @param errors the error count, see {@link StreamPool#errorCount}
 * @param lastError the last error, for people; without a connection, why there is none; null when there was no error. If it
 *     ends with "other connections are up", the pool works
 * @param totals counters since the pool was opened
 */
public record PoolSnapshot(
        String name,
        PoolState state,
        boolean ready,
        String link,
        List<Peer> peers,
        int idle,
        int opening,
        int taken,
        int waiting,
        int capacity,
        Duration interval,
        long errors,
        @Nullable String lastError,
        Totals totals) {

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

    /**
     * Counters since the pool was opened.
     *
     * @param opened streams that were opened and got an id
     * @param failed streams that could not be opened, or got no id
     * @param handedOut streams that were taken
     * @param timeouts callers that timed out
     * @param connects connections that were made
     * @param lost connections that were lost
     * @param evicted evicted idle streams, by reason; for a flush and a close also those that were being opened
     * @param refused refused streams, connections, datagrams and callers, by reason
     * @param waitMean the mean wait of served callers, without those that found an idle stream
     * @param waitMax the longest wait of a served caller
     * @param openMean the mean time from opening a stream to its id
     * @param openMax the longest time from opening a stream to its id
     */
    public record Totals(
            long opened,
            long failed,
            long handedOut,
            long timeouts,
            long connects,
            long lost,
            Map<String, Long> evicted,
            Map<String, Long> refused,
            Duration waitMean,
            Duration waitMax,
            Duration openMean,
            Duration openMax) {

        /** Keeps unmodifiable copies. */
        public Totals {
            evicted = Map.copyOf(evicted);
            refused = Map.copyOf(refused);
        }
    }

    /** Keeps an unmodifiable copy of the connections. */
    public PoolSnapshot {
        peers = List.copyOf(peers);
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
}
