package io.quicpool.core;

import io.quicpool.StreamId;
import io.quicpool.config.PoolConfig;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a pool and the callers that wait for one.
 *
 * <p>Taking needs no lock: it polls the queue or reads the map, then has to win the slot. Delivering a stream and
 * starting to wait exclude each other by {@link #lock}, so no stream becomes idle unseen while a caller starts to wait.
 * The lock is held for a few instructions, however many streams and waiters there are, and never around I/O or user
 * code. A waiter that was served under the lock is woken after it.
 */
final class IdleStreams extends SlotIndex {

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Waiters waiters = new Waiters();
    private volatile boolean closed;
    private volatile boolean suspended;
    private final int maxWaiting;

    IdleStreams(PoolConfig config) {
        this(config.maxWaiting());
    }

    IdleStreams(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    /**
     * Gives a registered slot to the first waiter that wants it, else makes it idle. False when it was evicted before,
     * or this is closed. In a closed one it stays OPENING, and closing evicts it.
     */
    boolean deliver(Slot slot) {
        Waiter served = null;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            Waiter waiter = suspended ? null : waiters.firstFor(slot.id());
            if (waiter == null || !takeOnArrival(slot)) {
                return addIdle(slot);
            }
            served = serveOrReturn(slot, waiter);
        } finally {
            lock.unlock();
        }
        wake(served);
        return true;
    }

    private static void wake(@Nullable Waiter served) {
        if (served != null) {
            served.wake();
        }
    }

    // The slot is TAKEN and belongs to this thread. A waiter that just gave up is skipped. Returns the waiter to wake.
    private @Nullable Waiter serveOrReturn(Slot slot, @Nullable Waiter first) {
        Waiter waiter = first;
        while (waiter != null) {
            waiters.remove(waiter);
            if (waiter.serve(slot)) {
                return waiter;
            }
            waiter = waiters.firstFor(slot.id());
        }
        returnToIdle(slot);
        return null;
    }

    /** Returns a taken slot that did not reach its caller, to the next waiter or to the idle ones. False when this is closed. */
    boolean giveBack(Slot slot) {
        Waiter served;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            served = serveOrReturn(slot);
        } finally {
            lock.unlock();
        }
        wake(served);
        return true;
    }

    private @Nullable Waiter serveOrReturn(Slot slot) {
        return serveOrReturn(slot, suspended ? null : waiters.firstFor(slot.id()));
    }

    /** Takes the oldest idle slot. Null when there is none, or while suspended. */
    @Nullable Slot takeAny() {
        return suspended ? null : takeIdle();
    }

    /** Takes the idle slot with this id. Null when it is not idle, or while suspended. */
    @Nullable Slot take(StreamId id) {
        Slot slot = find(id);
        return slot != null && take(slot) ? slot : null;
    }

    /** Takes this slot for the handler of a client-led pool. False when another caller was faster, or while suspended. */
    boolean take(Slot slot) {
        return !suspended && takeIdle(slot);
    }

    /**
     * Starts to wait. A stream that came since the caller's last try ends the wait at once, and so does closing. False
     * when too many wait already; then the waiter does not wait. It may wait in several pools.
     */
    boolean addWaiter(Waiter waiter) {
        Waiter ended = waiter;
        lock.lock();
        try {
            if (closed) {
                waiter.close();
            } else {
                Slot slot = takeFor(waiter.id());
                if (slot == null) {
                    return addLocked(waiter);
                }
                if (!waiter.serve(slot)) {
                    ended = serveOrReturn(slot);
                }
            }
        } finally {
            lock.unlock();
        }
        wake(ended);
        return true;
    }

    private @Nullable Slot takeFor(@Nullable StreamId id) {
        return id == null ? takeAny() : take(id);
    }

    private boolean addLocked(Waiter waiter) {
        if (waiters.size() >= maxWaiting) {
            return false;
        }
        waiters.add(waiter);
        return true;
    }

    boolean suspended() {
        return suspended;
    }

    private void suspended(boolean now) {
        lock.lock();
        try {
            suspended = now;
        } finally {
            lock.unlock();
        }
    }

    /** Stops taking: streams still become idle, callers wait. */
    void suspend() {
        suspended(true);
    }

    /** Ends {@link #suspend} and serves waiters. */
    void resume() {
        suspended(false);
        // Waiters for one id come first, as in {@link #deliver}. Callers that come from now on try for themselves.
        for (StreamId id : waiters.ids()) {
            serve(id);
        }
        boolean more = true;
        while (more) {
            more = serve(null);
        }
    }

    // Serves one waiter, so that the lock is free in between. Returns whether there was a waiter with a stream for it.
    private boolean serve(@Nullable StreamId id) {
        Waiter served;
        lock.lock();
        try {
            if (waiters.size() == 0 || (id == null && waiters.forAny() == 0)) {
                return false;
            }
            Slot slot = takeFor(id);
            if (slot == null) {
                return false;
            }
            served = serveOrReturn(slot);
        } finally {
            lock.unlock();
        }
        wake(served);
        return true;
    }

    /** Removes a waiter that was served, timed out or was cancelled, if it is there. */
    void removeWaiter(Waiter waiter) {
        lock.lock();
        try {
            waiters.remove(waiter);
        } finally {
            lock.unlock();
        }
    }

    /** Accepts no stream and no waiter from now on and ends all waits. Idle streams stay until they are taken or evicted. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        for (StreamId id : waiters.ids()) {
            closeWaiters(id);
        }
        closeWaiters(null);
    }

    private void closeWaiters(@Nullable StreamId id) {
        for (Waiter waiter = removeFirst(id); waiter != null; waiter = removeFirst(id)) {
            if (waiter.close()) {
                waiter.wake();
            }
        }
    }

    private @Nullable Waiter removeFirst(@Nullable StreamId id) {
        lock.lock();
        try {
            Waiter waiter = waiters.first(id);
            if (waiter != null) {
                waiters.remove(waiter);
            }
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        return waiters.size();
    }

    int waitingForAny() {
        return waiters.forAny();
    }
}
