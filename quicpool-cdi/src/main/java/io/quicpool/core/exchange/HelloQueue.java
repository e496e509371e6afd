package io.quicpool.core.exchange;

import io.quicpool.core.clients.ServerConnection;
import io.quicpool.core.streams.Slot;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The streams that have sent their hello and wait until a server pool has capacity, in order for each client. Any
 * thread. The lock is held for a few instructions.
 */
final class HelloQueue {

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock. Only clients with waiting streams.
    private final Map<ServerConnection, Set<Slot>> waiting = new LinkedHashMap<>();
    // Written under the lock.
    private final Map<Slot, ServerConnection> owners = new ConcurrentHashMap<>();

    /** Adds a stream. False when {@code max} streams of its client wait already. */
    boolean add(ServerConnection client, Slot slot, int max) {
        lock.lock();
        try {
            Set<Slot> slots = waiting.computeIfAbsent(client, any -> new LinkedHashSet<>());
            if (slots.size() >= max) {
                return false;
            }
            slots.add(slot);
            owners.put(slot, client);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Removes a stream, if it is there. */
    void remove(Slot slot) {
        if (!owners.containsKey(slot)) {
            return;
        }
        lock.lock();
        try {
            ServerConnection client = owners.remove(slot);
            Set<Slot> slots = client == null ? null : waiting.get(client);
            if (slots != null && slots.remove(slot) && slots.isEmpty()) {
                waiting.remove(client);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The waiting client that holds the fewest idle streams. Null when none waits. */
    @Nullable ServerConnection next() {
        lock.lock();
        try {
            return waiting.keySet().stream()
                    .min(Comparator.comparingInt(ServerConnection::idleCount))
                    .orElse(null);
        } finally {
            lock.unlock();
        }
    }

    /** The stream of this client that has waited longest. Null when none waits. */
    @Nullable Slot first(ServerConnection client) {
        lock.lock();
        try {
            Set<Slot> slots = waiting.get(client);
            return slots == null || slots.isEmpty() ? null : slots.iterator().next();
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        return owners.isEmpty();
    }

    int size() {
        return owners.size();
    }

    /** All waiting streams. */
    List<Slot> all() {
        return List.copyOf(owners.keySet());
    }

    @Nullable ServerConnection owner(Slot slot) {
        return owners.get(slot);
    }
}
