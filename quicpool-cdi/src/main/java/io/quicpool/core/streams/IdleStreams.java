package io.quicpool.core.streams;

import io.quicpool.StreamId;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolOptions;
import java.util.Objects;
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
public final class IdleStreams extends SlotIndex {

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Waiters waiters = new Waiters();
    private volatile boolean closed;
    private volatile boolean suspended;
    private final int maxWaiting;
    private final Permits permits;

    IdleStreams(PoolConfig config) {
        this(config.maxWaiting(), Objects.requireNonNullElse(config.find(PoolOptions.MAX_IN_USE), 0));
    }

    IdleStreams(int maxWaiting) {
        this(maxWaiting, 0);
    }

    private IdleStreams(int maxWaiting, int maxInUse) {
        this.maxWaiting = maxWaiting;
        this.permits = new Permits(maxInUse);
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
            if (waiter == null || !permits.acquire()) {
                boolean added = addIdle(slot);
                awaitPermit(slot.id());
                return added;
            }
            if (!takeOnArrival(slot)) {
                release();
                return false;
            }
            served = serveOrReturn(slot, waiter);
        } finally {
            unlock(served);
        }
        return true;
    }

    private void unlock(@Nullable Waiter ended) {
        lock.unlock();
        wake(ended);
        servePermits();
    }

    private static void wake(@Nullable Waiter ended) {
        if (ended != null) {
            ended.wake();
        }
    }

    // The slot is TAKEN and belongs to this thread. A waiter that just gave up is skipped. Returns the waiter to wake.
    private @Nullable Waiter serveOrReturn(Slot slot, @Nullable Waiter first) {
        Waiter waiter = first;
        while (waiter != null) {
            removeLocked(waiter);
            if (waiter.serve(slot)) {
                return waiter;
            }
            waiter = waiters.firstFor(slot.id());
        }
        if (returnToIdle(slot)) {
            release();
        }
        return null;
    }

    /** Returns a taken slot that did not reach its caller, to the next waiter or to the idle ones. False when this is closed. */
    boolean giveBack(Slot slot) {
        Waiter served = null;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            served = serveOrReturn(slot);
        } finally {
            unlock(served);
        }
        return true;
    }

    private @Nullable Waiter serveOrReturn(Slot slot) {
        return serveOrReturn(slot, suspended ? null : waiters.firstFor(slot.id()));
    }

    /** Takes the oldest idle slot. Null when there is none, while suspended, and while {@code max-in-use} are in use. */
    @Nullable Slot takeAny() {
        if (suspended || !permits.acquire()) {
            return null;
        }
        Slot slot = takeIdle();
        if (slot == null) {
            release();
        }
        return slot;
    }

    /** Takes the idle slot with this id. Null when it is not idle, and as {@link #takeAny}. */
    @Nullable Slot take(StreamId id) {
        Slot slot = find(id);
        return slot != null && take(slot) ? slot : null;
    }

    /** Takes this slot for the handler of a client-led pool. False when another caller was faster, and as {@link #takeAny}. */
    public boolean take(Slot slot) {
        if (suspended || !permits.acquire()) {
            return false;
        }
        if (takeIdle(slot)) {
            return true;
        }
        release();
        return false;
    }

    /** Takes a registered slot that nobody could take before. False when it was evicted, when this is closed, and as {@link #takeAny}. */
    boolean takeNew(Slot slot) {
        if (suspended || !permits.acquire()) {
            return false;
        }
        boolean taken;
        // A caller that closes this does not miss it.
        lock.lock();
        try {
            taken = !closed && takeOpened(slot);
        } finally {
            lock.unlock();
        }
        if (!taken) {
            release();
        }
        return taken;
    }

    @Override
    boolean end(Slot slot, Runnable stream) {
        if (!super.end(slot, stream)) {
            return false;
        }
        release();
        return true;
    }

    private void release() {
        permits.release();
        servePermits();
    }

    // Under the lock. Remembers an idle stream that a caller waits for. Waiters for any stream are found without this.
    private void awaitPermit(@Nullable StreamId id) {
        Slot slot = !permits.isLimited() || id == null || suspended ? null : find(id);
        if (slot != null && slot.isIdle() && waiters.first(slot.id()) != null) {
            permits.await(slot.id());
        }
    }

    // Under the lock unlock() does it later. A caller that found no permit waits already, or tries again with the lock.
    private void servePermits() {
        while (permits.isFree() && waiting() > 0 && !lock.isHeldByCurrentThread()) {
            StreamId id = nextAwaitingPermit();
            if (!serve(id) && id == null) {
                return;
            }
        }
    }

    private @Nullable StreamId nextAwaitingPermit() {
        lock.lock();
        try {
            return permits.nextAwaited();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts to wait. A stream that came since the caller's last try ends the wait at once, and so does closing. False
     * when too many wait already; then the waiter does not wait. It may wait in several pools.
     */
    boolean addWaiter(Waiter waiter) {
        Waiter ended = null;
        lock.lock();
        try {
            if (closed) {
                waiter.close();
                ended = waiter;
            } else {
                StreamId id = waiter.id();
                Slot slot = id == null ? takeAny() : take(id);
                if (slot == null) {
                    return addLocked(waiter);
                }
                ended = waiter.serve(slot) ? waiter : serveOrReturn(slot);
            }
        } finally {
            unlock(ended);
        }
        return true;
    }

    private boolean addLocked(Waiter waiter) {
        if (waiters.size() >= maxWaiting) {
            return false;
        }
        waiters.add(waiter);
        awaitPermit(waiter.id());
        return true;
    }

    public boolean suspended() {
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
    public void suspend() {
        suspended(true);
    }

    /** Ends {@link #suspend} and serves waiters. */
    public void resume() {
        suspended(false);
        // Waiters for one id come first, as in {@link #deliver}. Callers that come from now on try for themselves.
        for (StreamId id : waiters.ids()) {
            serve(id);
        }
        while (serve(null)) {
            // The lock is free in between.
        }
        servePermits();
    }

    // Serves one waiter. Returns whether there was a waiter with a stream for it.
    private boolean serve(@Nullable StreamId id) {
        Waiter served;
        lock.lock();
        try {
            if (waiters.size() == 0 || (id == null && waiters.forAny() == 0)) {
                return false;
            }
            Slot slot = id == null ? takeAny() : take(id);
            if (slot == null) {
                awaitPermit(id);
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
    public void removeWaiter(Waiter waiter) {
        lock.lock();
        try {
            removeLocked(waiter);
        } finally {
            lock.unlock();
        }
    }

    private void removeLocked(Waiter waiter) {
        waiters.remove(waiter);
        StreamId id = waiter.id();
        if (id != null && waiters.first(id) == null) {
            permits.remove(id);
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
                removeLocked(waiter);
            }
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    public int waiting() {
        return waiters.size();
    }

    /** How many callers wait for any stream, and lack one: more should be opened. */
    public int waitingForAny() {
        return maxInUseReached() ? 0 : waiters.forAny();
    }

    /** Whether callers wait until a stream in use ends, although some may be idle. */
    public boolean maxInUseReached() {
        return permits.isExhausted();
    }
}
