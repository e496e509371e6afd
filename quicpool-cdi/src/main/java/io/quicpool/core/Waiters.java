package io.quicpool.core;

import io.quicpool.StreamId;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The callers that wait at one stock, each kind in order of arrival: those that take any stream, and those that want one by its id.
 * Whatever their number, no step walks them. Guarded by the stock's lock; {@link #ids} needs none.
 */
final class Waiters {

    private final Set<Waiter> any = new LinkedHashSet<>();
    private final Map<StreamId, Set<Waiter>> byId = new ConcurrentHashMap<>();
    private int size;

    void add(Waiter waiter) {
        StreamId id = waiter.id();
        // Hardly ever does more than one want the same stream.
        Set<Waiter> those = id == null ? any : byId.computeIfAbsent(id, unused -> new LinkedHashSet<>(2));
        if (those.add(waiter)) {
            size++;
        }
    }

    /** Does nothing for one that is not there. */
    void remove(Waiter waiter) {
        StreamId id = waiter.id();
        Set<Waiter> those = id == null ? any : byId.getOrDefault(id, Set.of());
        if (those.contains(waiter)) {
            those.remove(waiter);
            size--;
            if (id != null && those.isEmpty()) {
                byId.remove(id);
            }
        }
    }

    /** Who gets the stream with this id: the first that wants it and no other, else the first that takes any. */
    @Nullable Waiter firstFor(StreamId id) {
        Set<Waiter> those = byId.get(id);
        return first(those == null ? any : those);
    }

    /** The first that wants this stream and no other, or of those that take any; null when there is none. */
    @Nullable Waiter first(@Nullable StreamId id) {
        return first(id == null ? any : byId.getOrDefault(id, Set.of()));
    }

    private static @Nullable Waiter first(Set<Waiter> those) {
        return those.isEmpty() ? null : those.iterator().next();
    }

    /** The ids that are waited for; weakly consistent. */
    Set<StreamId> ids() {
        return byId.keySet();
    }

    int size() {
        return size;
    }

    int forAny() {
        return any.size();
    }
}
