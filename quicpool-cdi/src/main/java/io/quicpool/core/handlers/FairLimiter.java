package io.quicpool.core.handlers;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many entries are served and how many wait, in fair shares. One client alone may have half of the places of
 * either kind. Beside other clients it may have no more than are free. The last quarter is for clients that have none.
 * The next entry is of the client with the fewest served; among equals, of the one that has waited longest.
 *
 * <p>Thread-safe. No call scans anything that clients can make grow, and none calls user code.
 *
 * @param <C> a client
 * @param <E> what is served
 */
final class FairLimiter<C, E> {

    enum Answer {
        /** It has a place. {@link #release} gives it back. */
        SERVED,
        /** It waits for {@link #next}, unless it is cancelled. */
        WAITS,
        /** There is no place to wait either. */
        FULL
    }

    // The entries of one client. It is in the queue while one waits, and in the map while it has any.
    private final class Share {
        private final C client;
        private final LinkedHashSet<E> waiting = new LinkedHashSet<>();
        private int served;
        private long turn;

        private Share(C client) {
            this.client = client;
        }
    }

    private final int max;
    private final int maxWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    // All guarded by the lock. A share leaves the queue before a field changes that orders it.
    private final Map<C, Share> shares = new HashMap<>();
    private final TreeSet<Share> queue =
            new TreeSet<>(Comparator.<Share>comparingInt(share -> share.served).thenComparingLong(share -> share.turn));
    private long turns;
    private int served;
    private int waiting;

    FairLimiter(int max, int maxWaiting) {
        this.max = max;
        this.maxWaiting = maxWaiting;
    }

    /** Whether a client that has {@code own} of the {@code taken} places may have one more. */
    private static boolean fits(int own, int taken, int max) {
        int free = max - taken;
        return own == 0 ? free > 0 : own < free && free > max / 4;
    }

    Answer enter(C client, E entry) {
        lock.lock();
        try {
            Share share = shares.computeIfAbsent(client, Share::new);
            if (share.waiting.isEmpty() && fits(share.served, served, max)) {
                share.served++;
                served++;
                return Answer.SERVED;
            }
            if (!fits(share.waiting.size(), waiting, maxWaiting)) {
                removeIfEmpty(share);
                return Answer.FULL;
            }
            share.waiting.add(entry);
            waiting++;
            if (share.waiting.size() == 1) {
                enqueue(share);
            }
            return Answer.WAITS;
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Share share) {
        share.turn = turns++;
        queue.add(share);
    }

    private void removeIfEmpty(Share share) {
        if (share.served == 0 && share.waiting.isEmpty()) {
            shares.remove(share.client);
        }
    }

    /** Gives back the place of a served entry of this client. {@link #next} says who gets it. */
    void release(C client) {
        lock.lock();
        try {
            Share share = shares.get(client);
            assert share != null && share.served > 0 : client;
            if (share != null) {
                // Only a share in the queue may be removed: others can be equal to it in that order.
                boolean queued = !share.waiting.isEmpty();
                if (queued) {
                    queue.remove(share);
                }
                share.served--;
                served--;
                if (queued) {
                    queue.add(share);
                }
                removeIfEmpty(share);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives a free place to the next waiting entry. Null when there is no place or no entry. */
    @Nullable E next() {
        lock.lock();
        try {
            // If the client with the fewest may have no more, no client may.
            if (queue.isEmpty() || !fits(queue.first().served, served, max)) {
                return null;
            }
            Share share = queue.first();
            queue.remove(share);
            Iterator<E> oldest = share.waiting.iterator();
            E entry = oldest.next();
            oldest.remove();
            waiting--;
            share.served++;
            served++;
            if (!share.waiting.isEmpty()) {
                enqueue(share);
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    /** Removes a waiting entry. False when it does not wait. */
    boolean cancel(C client, E entry) {
        lock.lock();
        try {
            Share share = shares.get(client);
            if (share == null || !share.waiting.remove(entry)) {
                return false;
            }
            waiting--;
            if (share.waiting.isEmpty()) {
                queue.remove(share);
                removeIfEmpty(share);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    int served() {
        lock.lock();
        try {
            return served;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** How many clients have an entry. */
    int clients() {
        lock.lock();
        try {
            return shares.size();
        } finally {
            lock.unlock();
        }
    }
}
