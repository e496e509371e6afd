package io.quicpool.core.streams;

import io.quicpool.StreamId;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The callers that wait at one pool: those for any stream, and those for one id, both in order of arrival. No step
 * scans them. Guarded by the lock of {@link IdleStreams}; {@link #ids} and the counts can be read without it.
 */
final class Waiters {

    private final Set<Waiter> any = new LinkedHashSet<>();
    private final Map<StreamId, Set<Waiter>> byId = new ConcurrentHashMap<>();
    private volatile int size;
    private volatile int forAny;

    void add(Waiter waiter) {
        StreamId id = waiter.id();
        // Two callers rarely want the same stream.
        Set<Waiter> waiters = id == null ? any : byId.computeIfAbsent(id, unused -> new LinkedHashSet<>(2));
        if (waiters.add(waiter)) {
            count(1);
        }
    }

    /** Removes a waiter, if it is there. */
    void remove(Waiter waiter) {
        StreamId id = waiter.id();
        Set<Waiter> waiters = id == null ? any : byId.getOrDefault(id, Set.of());
        if (waiters.contains(waiter)) {
            waiters.remove(waiter);
            count(-1);
            if (id != null && waiters.isEmpty()) {
                byId.remove(id);
            }
        }
    }

    // The lock guards the writes.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void count(int more) {
        size += more;
        forAny = any.size();
    }

    /** The waiter that gets the stream with this id: the first for that id, else the first for any. */
    @Nullable Waiter firstFor(StreamId id) {
        Set<Waiter> waiters = byId.get(id);
        return first(waiters == null ? any : waiters);
    }

    /** The first waiter for this id, or for any stream if it is null. Null when there is none. */
    @Nullable Waiter first(@Nullable StreamId id) {
        return first(id == null ? any : byId.getOrDefault(id, Set.of()));
    }

    private static @Nullable Waiter first(Set<Waiter> waiters) {
        return waiters.isEmpty() ? null : waiters.iterator().next();
    }

    /** The ids that callers wait for. Weakly consistent. */
    Set<StreamId> ids() {
        return byId.keySet();
    }

    int size() {
        return size;
    }

    int forAny() {
        return forAny;
    }
}
