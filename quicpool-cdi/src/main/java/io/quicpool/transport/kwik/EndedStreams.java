package io.quicpool.transport.kwik;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
    // The oldest first.
    private final Set<S> streams = Collections.synchronizedSet(new LinkedHashSet<>());
    // Since the last sweep.
    private final AtomicInteger added = new AtomicInteger();
    // After the last sweep.
    private volatile int remaining;

    /**
     * Makes an empty one.
     *
     * @param max how many it keeps; beyond that the oldest is released
     * @param releasable whether a stream need not be kept any longer
     * @param release receives each stream that is no longer kept
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
        S oldest = removeSurplus();
        if (oldest != null) {
            release.accept(oldest);
        }
    }

    private @Nullable S removeSurplus() {
        synchronized (streams) {
            if (streams.size() <= max) {
                return null;
            }
            Iterator<S> oldestFirst = streams.iterator();
            S oldest = oldestFirst.next();
            oldestFirst.remove();
            return oldest;
        }
    }

    /** Releases all streams that can be released. */
    void sweep() {
        for (S stream : List.copyOf(streams)) {
            if (releasable.test(stream) && streams.remove(stream)) {
                release.accept(stream);
            }
        }
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    int size() {
        return streams.size();
    }
}
