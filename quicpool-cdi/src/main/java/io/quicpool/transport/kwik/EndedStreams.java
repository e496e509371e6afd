package io.quicpool.transport.kwik;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Streams that were closed and are looked after until they are settled. Nobody says when that is, so they are looked through
 * now and then: it holds no more than twice as many as are unsettled, and a few.
 *
 * @param <S> the stream
 */
final class EndedStreams<S> {

    private static final int FEW = 64;

    private final int most;
    private final Predicate<S> settled;
    private final Consumer<S> release;
    private final Set<S> streams = ConcurrentHashMap.newKeySet();
    // Since the last look, and how many that left.
    private final AtomicInteger added = new AtomicInteger();
    private volatile int kept;

    /**
     * Makes an empty one.
     *
     * @param most how many it holds; those above are released whether they are settled or not
     * @param settled whether a stream needs no looking after any more
     * @param release what is done with a stream that it lets go; may be called twice for one stream
     */
    EndedStreams(int most, Predicate<S> settled, Consumer<S> release) {
        this.most = most;
        this.settled = settled;
        this.release = release;
    }

    void add(S stream) {
        streams.add(stream);
        // When it is full, what has settled meanwhile is looked for more often than that: it makes room.
        if (added.incrementAndGet() > (streams.size() > most ? FEW : Math.max(FEW, kept))) {
            sweep();
            added.set(0);
            kept = streams.size();
        }
        if (streams.size() > most) {
            letGo(stream);
        }
    }

    /** Lets go of all that are settled. */
    void sweep() {
        for (S stream : streams) {
            if (settled.test(stream)) {
                letGo(stream);
            }
        }
    }

    private void letGo(S stream) {
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
