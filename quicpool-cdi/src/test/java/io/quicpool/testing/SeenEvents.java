package io.quicpool.testing;

import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what observers of pools are told, as text, by the names of the pools. */
public final class SeenEvents implements PoolObserver {

    private final Map<String, Of> pools = new ConcurrentHashMap<>();

    /** What one pool told. */
    public Of of(StreamPool pool) {
        return Objects.requireNonNull(pools.get(pool.name()), pool.name());
    }

    @Override
    public Of forPool(StreamPool pool) {
        return pools.computeIfAbsent(pool.name(), name -> new Of());
    }

    /** What one pool told. */
    public static final class Of implements PoolObserver {

        private final List<String> events = new CopyOnWriteArrayList<>();
        private final List<Long> times = new CopyOnWriteArrayList<>();

        /** The events that begin so, in order. */
        public List<String> events(String start) {
            return events.stream().filter(event -> event.startsWith(start)).toList();
        }

        public long count(String start) {
            return events(start).size();
        }

        /** The times of all events that have one. */
        public List<Long> times() {
            return times;
        }

        private void add(String event) {
            events.add(event);
        }

        @Override
        public void opened(long nanos) {
            times.add(nanos);
            add("opened");
        }

        @Override
        public void openFailed() {
            add("failed");
        }

        @Override
        public void waited(long nanos, WaitEnd end) {
            times.add(nanos);
            add("waited " + end);
        }

        @Override
        public void used(long nanos, UseEnd end) {
            times.add(nanos);
            add("used " + end);
        }

        @Override
        public void leaked(long nanos) {
            times.add(nanos);
            add("leaked");
        }

        @Override
        public void evicted(String reason) {
            add("evicted " + reason);
        }

        @Override
        public void connected(InetSocketAddress peer) {
            add("connected " + peer.getPort());
        }

        @Override
        public void connectionLost(InetSocketAddress peer, String reason) {
            add("lost " + peer.getPort() + " " + reason);
        }

        @Override
        public void connectFailed(String reason) {
            add("connect failed " + reason);
        }

        @Override
        public void refused(String reason) {
            add("refused " + reason);
        }

        @Override
        public void boundsChanged(String what, String before, String now) {
            add("bounds " + what + ": " + before + ", " + now);
        }

        @Override
        public void closed() {
            add("closed");
        }
    }
}
