package io.quicpool.core;

import io.quicpool.transport.Connection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the places of a full stock are spread over the clients, as counted at one moment. Whoever came first may hold all of them; when
 * others wait it gives up its oldest idle streams until they are as many as theirs. Timer thread.
 */
final class FairShares {

    /** Two clients that differ by less than this part of a fair share are let be: what they take and open would move streams for ever. */
    private static final int TOLERANCE = 4;

    /** For so long a client that is new is taken for one that wants all it can get. */
    private static final long NEW_NANOS = Duration.ofSeconds(5).toNanos();

    private final CoreServerPool pool;
    private final int fair;
    private final int next;
    private final Map<ServerConnection, Deque<Slot>> idle = new HashMap<>();

    /** Counts the idle streams of each client, and says how many it may have. */
    FairShares(CoreServerPool pool, Collection<ServerConnection> guests, Predicate<ServerConnection> waits, long now) {
        this.pool = pool;
        Map<Connection, ServerConnection> byConnection = new HashMap<>();
        for (ServerConnection guest : guests) {
            byConnection.put(guest.connection(), guest);
            idle.put(guest, new ArrayDeque<>());
        }
        for (Slot slot : pool.stock.oldestFirst()) {
            ServerConnection guest = byConnection.get(slot.stream().connection());
            Deque<Slot> its = guest == null ? null : idle.get(guest);
            if (its != null && slot.isIdle()) {
                its.add(slot);
            }
        }
        idle.forEach((guest, its) -> guest.places = its.size());
        // A client that is connected and uses little of its share leaves it to others.
        Set<ServerConnection> greedy = new HashSet<>();
        for (ServerConnection guest : idle.keySet()) {
            if (now - guest.since < NEW_NANOS || 2 * guest.places >= guest.share || waits.test(guest)) {
                greedy.add(guest);
            }
        }
        int[] modest = idle.keySet().stream()
                .filter(guest -> !greedy.contains(guest))
                .mapToInt(guest -> guest.places)
                .toArray();
        fair = Policy.share(pool.capacity(), modest, greedy.size());
        next = Policy.share(pool.capacity(), modest, greedy.size() + 1);
        idle.keySet().forEach(guest -> guest.share = greedy.contains(guest) ? fair : next);
    }

    /** How many places the next client may have. */
    int next() {
        return next;
    }

    /** How many idle streams the richest clients are to give up, so that this one, of which so many wait, has no fewer; gives them up. */
    void level(ServerConnection poor, int waiting) {
        PriorityQueue<ServerConnection> richest =
                new PriorityQueue<>(Comparator.comparingInt((ServerConnection guest) -> -guest.places));
        richest.addAll(idle.keySet());
        ServerConnection rich = richest.peek();
        if (rich == null || rich.places - poor.places <= Math.max(1, fair / TOLERANCE)) {
            return;
        }
        int wanted = waiting;
        int has = poor.places;
        while (wanted > 0 && (rich = richest.poll()) != null && rich.places - has > 1) {
            Slot oldest = oldest(rich);
            if (oldest != null) {
                rich.places--;
                richest.add(rich);
                if (pool.retire(oldest, Reason.Evicted.SURPLUS)) {
                    has++;
                    wanted--;
                }
            }
        }
    }

    private @Nullable Slot oldest(ServerConnection guest) {
        Deque<Slot> its = idle.get(guest);
        return its == null ? null : its.poll();
    }
}
