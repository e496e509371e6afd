package io.quicpool.transport.kwik;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Closed streams that are kept until they can be released. No event says when that is, so they are checked each time their number has
 * doubled: it keeps at most twice as many as cannot be released yet, and a few more.
 *
 * @param <S> the stream
 */
final class EndedStreams<S> {

    private static final int MIN_ADDED = 64;

    private final int max;
    private final Predicate<S> releasable;
    private final Consumer<S> release;
    private final Set<S> streams = ConcurrentHashMap.newKeySet();
    // Since the last sweep.
    private final AtomicInteger added = new AtomicInteger();
    // After the last sweep.
    private volatile int remaining;

    /**
     * Makes an empty one.
     *
     * @param max how many it keeps; beyond that each new stream is released at once
     * @param releasable whether a stream need not be kept any longer
     * @param release receives each stream that is no longer kept; may be called twice for one stream
     */
    EndedStreams(int max, Predicate<S> releasable, Consumer<S> release) {
        this.max = max;
        this.releasable = releasable;
        this.release = release;
    }

    void add(S stream) {
        streams.add(stream);
        // When it is full it sweeps more often, to make room.
        if (added.incrementAndGet() > (streams.size() > max ? MIN_ADDED : Math.max(MIN_ADDED, remaining))) {
            sweep();
            added.set(0);
            remaining = streams.size();
        }
        if (streams.size() > max) {
            remove(stream);
        }
    }

    /** Releases all streams that can be released. */
    void sweep() {
        for (S stream : streams) {
            if (releasable.test(stream)) {
                remove(stream);
            }
        }
    }

    private void remove(S stream) {
        streams.remove(stream);
        release.accept(stream);
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    int size() {
        return streams.size();
    }
}
