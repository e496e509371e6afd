package io.quicpool.core;

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
 * The streams that have said hello and wait for a place in the stock of a server, those of each client in their order. Any
 * thread; the lock is held for a few instructions.
 */
final class HelloQueue {

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock; a client that has none waiting is not there.
    private final Map<ServerConnection, Set<Slot>> waiting = new LinkedHashMap<>();
    // Written under the lock.
    private final Map<Slot, ServerConnection> owners = new ConcurrentHashMap<>();

    /** Lets a stream wait; false when so many of its client wait already. */
    boolean add(ServerConnection guest, Slot slot, int most) {
        lock.lock();
        try {
            Set<Slot> its = waiting.computeIfAbsent(guest, any -> new LinkedHashSet<>());
            if (its.size() >= most) {
                return false;
            }
            its.add(slot);
            owners.put(slot, guest);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A stream waits no longer; nothing when it does not. */
    void remove(Slot slot) {
        if (!owners.containsKey(slot)) {
            return;
        }
        lock.lock();
        try {
            ServerConnection guest = owners.remove(slot);
            Set<Slot> its = guest == null ? null : waiting.get(guest);
            if (its != null && its.remove(slot) && its.isEmpty()) {
                waiting.remove(guest);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whose turn it is: of those that wait the client that holds the fewest places; null when none does. */
    @Nullable ServerConnection next() {
        lock.lock();
        try {
            return waiting.keySet().stream()
                    .min(Comparator.comparingInt(guest -> guest.places))
                    .orElse(null);
        } finally {
            lock.unlock();
        }
    }

    /** The one of this client that has waited longest; null when none waits. */
    @Nullable Slot first(ServerConnection guest) {
        lock.lock();
        try {
            Set<Slot> its = waiting.get(guest);
            return its == null || its.isEmpty() ? null : its.iterator().next();
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

    /** All that wait now. */
    List<Slot> all() {
        return List.copyOf(owners.keySet());
    }

    @Nullable ServerConnection owner(Slot slot) {
        return owners.get(slot);
    }
}
