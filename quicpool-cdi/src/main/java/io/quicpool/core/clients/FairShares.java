package io.quicpool.core.clients;

import io.quicpool.core.report.Reason;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
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
 * Shares the capacity of a server pool between its clients, as counted at one moment. The first clients may hold all of
 * it. When others wait, those evict their oldest idle streams until all hold the same. Timer thread.
 */
public final class FairShares {

    /** A difference of less than this fraction of a fair share is accepted, else normal use would keep moving streams. */
    private static final int TOLERANCE_DIVISOR = 4;

    /** How long a new client counts as one that uses its whole share. */
    private static final long NEW_NANOS = Duration.ofSeconds(5).toNanos();

    private final PoolStreams streams;
    private final int fullShare;
    private final int next;
    private final Map<ServerConnection, Deque<Slot>> idle = new HashMap<>();

    /** Counts the idle streams of each client and computes the shares. */
    FairShares(
            PoolStreams streams,
            int capacity,
            Collection<ServerConnection> clients,
            Predicate<ServerConnection> isQueued,
            long now) {
        this.streams = streams;
        Map<Connection, ServerConnection> byConnection = new HashMap<>();
        for (ServerConnection client : clients) {
            byConnection.put(client.connection(), client);
            idle.put(client, new ArrayDeque<>());
        }
        for (Slot slot : streams.index().oldestFirst()) {
            ServerConnection client = byConnection.get(slot.stream().connection());
            Deque<Slot> slots = client == null ? null : idle.get(client);
            if (slots != null && slot.isIdle()) {
                slots.add(slot);
            }
        }
        idle.forEach((client, slots) -> client.idleCount = slots.size());
        // A client that uses little of its share leaves the rest to others.
        Set<ServerConnection> demanding = new HashSet<>();
        for (ServerConnection client : idle.keySet()) {
            if (now - client.since < NEW_NANOS || 2 * client.idleCount >= client.share || isQueued.test(client)) {
                demanding.add(client);
            }
        }
        int[] smallDemands = idle.keySet().stream()
                .filter(client -> !demanding.contains(client))
                .mapToInt(client -> client.idleCount)
                .toArray();
        fullShare = SharePolicy.share(capacity, smallDemands, demanding.size());
        next = SharePolicy.share(capacity, smallDemands, demanding.size() + 1);
        idle.keySet().forEach(client -> client.share = demanding.contains(client) ? fullShare : next);
    }

    /** How many idle streams the next client may have. */
    int next() {
        return next;
    }

    /**
     * Evicts the oldest idle streams of the clients that hold the most, so that {@code poor}, of which {@code waiting}
     * streams wait, holds no fewer.
     */
    public void rebalance(ServerConnection poor, int waiting) {
        PriorityQueue<ServerConnection> richest =
                new PriorityQueue<>(Comparator.comparingInt((ServerConnection client) -> -client.idleCount));
        richest.addAll(idle.keySet());
        ServerConnection rich = richest.peek();
        if (rich == null || rich.idleCount - poor.idleCount <= Math.max(1, fullShare / TOLERANCE_DIVISOR)) {
            return;
        }
        int wanted = waiting;
        int held = poor.idleCount;
        while (wanted > 0 && (rich = richest.poll()) != null && rich.idleCount - held > 1) {
            Slot oldest = oldest(rich);
            if (oldest != null) {
                rich.idleCount--;
                richest.add(rich);
                if (streams.evict(oldest, Reason.Evicted.SURPLUS)) {
                    held++;
                    wanted--;
                }
            }
        }
    }

    private @Nullable Slot oldest(ServerConnection client) {
        Deque<Slot> slots = idle.get(client);
        return slots == null ? null : slots.poll();
    }
}
