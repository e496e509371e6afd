package io.quicpool.core;

import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The slots whose id is known and that have not ended, taken ones included, by id and by connection: no id is there twice, and what
 * concerns one connection costs what its own streams cost. All views are weakly consistent.
 */
final class LiveSlots {

    private final Map<StreamId, Slot> byId = new ConcurrentHashMap<>();
    // A connection is there for as long as it has a slot.
    private final Map<Connection, Set<Slot>> byConnection = new ConcurrentHashMap<>();

    /** False when another slot has its id. */
    boolean add(Slot slot) {
        // Whoever finds it by its id may remove it at once, and then finds both.
        byConnection.compute(connection(slot), (connection, slots) -> {
            Set<Slot> some = slots == null ? ConcurrentHashMap.newKeySet() : slots;
            some.add(slot);
            return some;
        });
        if (byId.putIfAbsent(slot.id(), slot) == null) {
            return true;
        }
        removeFromConnection(slot);
        return false;
    }

    /** Does nothing for one that is not there. */
    void remove(Slot slot) {
        if (byId.remove(slot.id(), slot)) {
            removeFromConnection(slot);
        }
    }

    private void removeFromConnection(Slot slot) {
        byConnection.computeIfPresent(connection(slot), (connection, slots) -> {
            slots.remove(slot);
            return slots.isEmpty() ? null : slots;
        });
    }

    private static Connection connection(Slot slot) {
        return slot.stream().connection();
    }

    @Nullable Slot get(StreamId id) {
        return byId.get(id);
    }

    Collection<Slot> all() {
        return byId.values();
    }

    Collection<Slot> of(Connection connection) {
        return byConnection.getOrDefault(connection, Set.of());
    }

    /** Those that have at least one. */
    Collection<Connection> connections() {
        return byConnection.keySet();
    }

    void clear() {
        byId.clear();
        byConnection.clear();
    }
}
