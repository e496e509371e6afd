package io.quicpool.core;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who is served and who waits for it, in fair shares. Of both kinds of places a client that is alone may have half, when others have
 * some no more than are left free, and the last quarter is for clients that have none. Of those that wait, the client with the
 * fewest that are served is next, and of several such clients the one that has waited longest for its turn.
 *
 * <p>Thread-safe; no call walks through anything that clients can make grow, and none calls foreign code.
 *
 * @param <C> a client
 * @param <E> what is served
 */
final class FairLimiter<C, E> {

    enum Answer {
        /** It has a place; {@link #leave} gives it back. */
        SERVED,
        /** It will be the answer of {@link #next}, unless it gives up. */
        WAITS,
        /** There is no room for it. */
        FULL
    }

    // Of one client. It is in the queue while something of it waits, and in the map while it has anything.
    private final class Share {
        private final C client;
        private final LinkedHashSet<E> waiting = new LinkedHashSet<>();
        private int served;
        private long turn;

        private Share(C client) {
            this.client = client;
        }
    }

    private final int most;
    private final int mostWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    // All guarded by the lock. What orders the queue changes only while the share is not in it.
    private final Map<C, Share> shares = new HashMap<>();
    private final TreeSet<Share> queue =
            new TreeSet<>(Comparator.<Share>comparingInt(share -> share.served).thenComparingLong(share -> share.turn));
    private long turns;
    private int served;
    private int waiting;

    FairLimiter(int most, int mostWaiting) {
        this.most = most;
        this.mostWaiting = mostWaiting;
    }

    /** Whether a client that has some of the places, of which so many are taken in all, may have one more. */
    private static boolean fits(int own, int taken, int most) {
        int free = most - taken;
        return own == 0 ? free > 0 : own < free && free > most / 4;
    }

    Answer enter(C client, E entry) {
        lock.lock();
        try {
            Share share = shares.computeIfAbsent(client, Share::new);
            if (share.waiting.isEmpty() && fits(share.served, served, most)) {
                share.served++;
                served++;
                return Answer.SERVED;
            }
            if (!fits(share.waiting.size(), waiting, mostWaiting)) {
                forgetIfEmpty(share);
                return Answer.FULL;
            }
            share.waiting.add(entry);
            waiting++;
            if (share.waiting.size() == 1) {
                line(share);
            }
            return Answer.WAITS;
        } finally {
            lock.unlock();
        }
    }

    private void line(Share share) {
        share.turn = turns++;
        queue.add(share);
    }

    private void forgetIfEmpty(Share share) {
        if (share.served == 0 && share.waiting.isEmpty()) {
            shares.remove(share.client);
        }
    }

    /** Gives back the place of one of this client's that was served; {@link #next} says who gets it. */
    void leave(C client) {
        lock.lock();
        try {
            Share share = shares.get(client);
            assert share != null && share.served > 0 : client;
            if (share != null) {
                // Only then: what is not in line is in an order with others by chance.
                boolean inLine = !share.waiting.isEmpty();
                if (inLine) {
                    queue.remove(share);
                }
                share.served--;
                served--;
                if (inLine) {
                    queue.add(share);
                }
                forgetIfEmpty(share);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives a free place to the next that waits, if there are both; else null. */
    @Nullable E next() {
        lock.lock();
        try {
            // When the one with the fewest may have no more, nobody may.
            if (queue.isEmpty() || !fits(queue.first().served, served, most)) {
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
                line(share);
            }
            return entry;
        } finally {
            lock.unlock();
        }
    }

    /** Takes one out that waits; false when it does not, or no longer. */
    boolean giveUp(C client, E entry) {
        lock.lock();
        try {
            Share share = shares.get(client);
            if (share == null || !share.waiting.remove(entry)) {
                return false;
            }
            waiting--;
            if (share.waiting.isEmpty()) {
                queue.remove(share);
                forgetIfEmpty(share);
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

    /** How many clients have anything here. */
    int clients() {
        lock.lock();
        try {
            return shares.size();
        } finally {
            lock.unlock();
        }
    }
}
