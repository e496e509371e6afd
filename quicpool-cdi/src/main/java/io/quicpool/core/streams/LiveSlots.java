package io.quicpool.core.streams;

import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All slots that are registered and have not ended, also while they are taken, by id and by connection. No id exists twice. A stream that
 * was opened for one request may have no id.
 * A call for one connection costs what its own streams cost. All views are weakly consistent.
 */
final class LiveSlots {

    private final Map<StreamId, Slot> byId = new ConcurrentHashMap<>();
    private final Set<Slot> withoutId = ConcurrentHashMap.newKeySet();
    // Contains a connection while it has a slot.
    private final Map<Connection, Set<Slot>> byConnection = new ConcurrentHashMap<>();

    /** False when another slot has its id. */
    boolean add(Slot slot) {
        // Add to the connection first. A thread that finds the slot by its id may remove it at once, and then must find
        // both entries.
        byConnection.compute(connection(slot), (connection, slots) -> {
            Set<Slot> ofConnection = slots == null ? ConcurrentHashMap.newKeySet() : slots;
            ofConnection.add(slot);
            return ofConnection;
        });
        if (slot.hasId() ? byId.putIfAbsent(slot.id(), slot) == null : withoutId.add(slot)) {
            return true;
        }
        removeFromConnection(slot);
        return false;
    }

    /** Removes a slot, if it is there. */
    void remove(Slot slot) {
        if (slot.hasId() ? byId.remove(slot.id(), slot) : withoutId.remove(slot)) {
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
        return new AbstractCollection<>() {
            @Override
            public Iterator<Slot> iterator() {
                return Stream.concat(byId.values().stream(), withoutId.stream()).iterator();
            }

            @Override
            public int size() {
                return byId.size() + withoutId.size();
            }
        };
    }

    Collection<Slot> of(Connection connection) {
        return byConnection.getOrDefault(connection, Set.of());
    }

    /** The connections that have a slot. */
    Collection<Connection> connections() {
        return byConnection.keySet();
    }

    void clear() {
        byId.clear();
        withoutId.clear();
        byConnection.clear();
    }
}
