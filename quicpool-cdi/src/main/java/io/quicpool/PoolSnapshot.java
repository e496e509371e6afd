package io.quicpool;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a pool stood at one moment. The numbers are read one after the other while the pool goes on, so they need not add
 * up to the last stream.
 *
 * @param name the pool
 * @param state where it stands in its life
 * @param ready whether it can do its work, see {@link StreamPool#ready}
 * @param link what the pool's connection is doing, for people: {@code up}, {@code up, no stream credit}, {@code connecting}, {@code backoff},
 *     {@code down}; a server pool says {@code listening} or {@code down}
 * @param peers the connections that are up
 * @param idle streams in stock
 * @param opening streams that have no id yet
 * @param taken streams in use
 * @param waiting callers that wait for a stream
 * @param capacity how many idle streams the pool aims for, or takes at most
 * @param interval how long a client pool waits between two looks at its stock
 * @param errors the error count, see {@link StreamPool#errorCount}
 * @param lastError the last error, for people, and why there is no connection as long as that lasts (where it ends with "other
 *     connections are up" the pool works); null when there was none
 * @param totals what happened since the pool was opened
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
    public record Peer(InetSocketAddress local, InetSocketAddress remote) {}

    /**
     * What happened since the pool was opened.
     *
     * @param opened streams that came into stock
     * @param failed streams that could not be opened, or got no id
     * @param handedOut streams that were taken
     * @param timeouts callers that waited in vain
     * @param connects connections that were made
     * @param lost connections that were lost
     * @param evicted idle streams that were given up, by reason; for a flush and a close also those that were being opened
     * @param refused streams, connections and datagrams of peers, and callers, that were turned away, by reason
     * @param waitMean the mean time that served callers had to wait; those that found a stream at once do not count
     * @param waitMax the longest time that a served caller had to wait
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

        /**
         * Keeps unmodifiable copies.
         *
         * @param opened streams that came into stock
         * @param failed streams that could not be opened
         * @param handedOut streams that were taken
         * @param timeouts callers that waited in vain
         * @param connects connections that were made
         * @param lost connections that were lost
         * @param evicted idle streams that were given up
         * @param refused what was turned away
         * @param waitMean the mean wait
         * @param waitMax the longest wait
         * @param openMean the mean time of opening
         * @param openMax the longest time of opening
         */
        public Totals {
            evicted = Map.copyOf(evicted);
            refused = Map.copyOf(refused);
        }
    }

    /**
     * Keeps an unmodifiable copy of the connections.
     *
     * @param name the pool
     * @param state where it stands in its life
     * @param ready whether it can do its work
     * @param link what the pool's connection is doing
     * @param peers the connections that are up
     * @param idle streams in stock
     * @param opening streams that have no id yet
     * @param taken streams in use
     * @param waiting callers that wait
     * @param capacity how many idle streams the pool aims for
     * @param interval how long between two looks
     * @param errors the error count
     * @param lastError the last error
     * @param totals what happened so far
     */
    public PoolSnapshot {
        peers = List.copyOf(peers);
    }

    /**
     * The state in one line, for messages.
     *
     * @return such as {@code RUNNING, link up, idle 3 of 8, opening 5, taken 2, waiting 0, errors 0}
     */
    public String summary() {
        return state + ", link " + link + ", idle " + idle + " of " + capacity + ", opening " + opening + ", taken "
                + taken + ", waiting " + waiting + ", errors " + errors
                + (lastError == null ? "" : ", last error: " + lastError);
    }
}
