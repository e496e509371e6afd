package io.quicpool.core;

import io.quicpool.StreamId;
import io.quicpool.config.PoolConfig;
import io.quicpool.transport.Connection;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The idle streams of a pool and the callers that wait for one.
 *
 * <p>Taking needs no lock: it polls the queue or reads the map, then has to win the slot. Delivering a stream and
 * starting to wait exclude each other by {@link #lock}, so no stream becomes idle unseen while a caller starts to wait.
 * The lock is held for a few instructions, however many streams and waiters there are, and never around I/O or user
 * code. A waiter that was served under the lock is woken after it.
 *
 * <p>The map holds every slot from its id to its end, also while it is taken, so that no id exists twice. The queue may
 * hold slots that were taken or evicted since. {@link #sweep} drops them.
 */
final class IdleStreams {

    private final ConcurrentLinkedQueue<Slot> queue = new ConcurrentLinkedQueue<>();
    private final LiveSlots live = new LiveSlots();
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    // How often a stream was ever taken. Demand is measured by it, as {@code taken} only counts streams in use now.
    private final LongAdder takes = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock. The counts are copies for readers without the lock.
    private final Waiters waiters = new Waiters();
    private volatile int waitingForAny;
    private volatile int waiting;
    private volatile boolean closed;
    private volatile boolean suspended;
    private final int maxWaiting;

    IdleStreams(PoolConfig config) {
        this(config.maxWaiting());
    }

    IdleStreams(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    /** Enters a slot whose id was just assigned or received. False when a live stream has that id. */
    boolean register(Slot slot) {
        slot.owner(this);
        return live.add(slot);
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
            if (waiter == null || !slot.takeOnArrival()) {
                return addIdle(slot);
            }
            countTaken();
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

    private boolean addIdle(Slot slot) {
        // Count before the slot can be taken, else the count could fall below zero.
        idle.incrementAndGet();
        if (!slot.becomeIdle()) {
            idle.decrementAndGet();
            return false;
        }
        queue.add(slot);
        return true;
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

    private void returnToIdle(Slot slot) {
        idle.incrementAndGet();
        if (slot.giveBack()) {
            taken.decrementAndGet();
            takes.decrement();
            queue.add(slot);
        } else {
            idle.decrementAndGet();
        }
    }

    /** Takes the oldest idle slot. Null when there is none, or while suspended. */
    @Nullable Slot takeAny() {
        if (suspended) {
            return null;
        }
        for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
            if (slot.take()) {
                return takenFromIdle(slot);
            }
        }
        return null;
    }

    /** Takes the idle slot with this id. Null when it is not idle, or while suspended. */
    @Nullable Slot take(StreamId id) {
        Slot slot = live.get(id);
        return slot != null && !suspended && slot.take() ? takenFromIdle(slot) : null;
    }

    /** Takes this slot for the handler of a client-led pool. False when another caller was faster, or while suspended. */
    boolean take(Slot slot) {
        if (suspended || !slot.take()) {
            return false;
        }
        takenFromIdle(slot);
        return true;
    }

    private Slot takenFromIdle(Slot slot) {
        idle.decrementAndGet();
        countTaken();
        return slot;
    }

    private void countTaken() {
        taken.incrementAndGet();
        takes.increment();
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
                Slot slot = takeFor(waiter);
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

    private @Nullable Slot takeFor(Waiter waiter) {
        StreamId id = waiter.id();
        return id == null ? takeAny() : take(id);
    }

    private boolean addLocked(Waiter waiter) {
        if (waiters.size() >= maxWaiting) {
            return false;
        }
        waiters.add(waiter);
        updateCounts();
        return true;
    }

    /** Stops taking: streams still become idle, callers wait. */
    void suspend() {
        lock.lock();
        try {
            suspended = true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #suspend} and serves waiters. */
    void resume() {
        lock.lock();
        try {
            suspended = false;
        } finally {
            lock.unlock();
        }
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
            Slot slot = id == null ? takeAny() : take(id);
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

    boolean suspended() {
        return suspended;
    }

    /** Removes a waiter that was served, timed out or was cancelled, if it is there. */
    void removeWaiter(Waiter waiter) {
        lock.lock();
        try {
            removeLocked(waiter);
        } finally {
            lock.unlock();
        }
    }

    private void removeLocked(Waiter waiter) {
        waiters.remove(waiter);
        updateCounts();
    }

    private void updateCounts() {
        waiting = waiters.size();
        waitingForAny = waiters.forAny();
    }

    /** Evicts a slot unless a caller has it. Returns its former state, or null when a caller has it. */
    Slot.@Nullable State evict(Slot slot) {
        Slot.State was = slot.evict();
        if (was == Slot.State.IDLE) {
            idle.decrementAndGet();
        }
        if (was != null && slot.hasId()) {
            live.remove(slot);
        }
        return was;
    }

    /** Evicts a slot that is still OPENING. Returns whether it was. */
    boolean evictOpening(Slot slot) {
        if (!slot.evictOpening()) {
            return false;
        }
        if (slot.hasId()) {
            live.remove(slot);
        }
        return true;
    }

    /** Drops a slot that was evicted after it was registered and before it was delivered. */
    void unregister(Slot slot) {
        live.remove(slot);
    }

    /** Ends a taken slot. False when it has ended before. */
    boolean end(Slot slot) {
        return end(slot, () -> {});
    }

    /**
     * Ends a taken slot and runs {@code stream}, which ends its stream, before decrementing {@code taken}. So draining
     * sees finished streams.
     */
    boolean end(Slot slot, Runnable stream) {
        if (!slot.end()) {
            return false;
        }
        stream.run();
        live.remove(slot);
        taken.decrementAndGet();
        return true;
    }

    /** Drops all slots of a closed pool, so that an application that still holds the pool keeps only its figures. */
    void clear() {
        queue.clear();
        live.clear();
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

    /** Drops queue entries that are no longer idle. */
    void sweep() {
        queue.removeIf(slot -> !slot.isIdle());
    }

    /** All slots that have an id and have not ended, in no order. Weakly consistent. */
    Collection<Slot> live() {
        return live.all();
    }

    /** Those of one connection. */
    Collection<Slot> live(Connection connection) {
        return live.of(connection);
    }

    /** The idle slots, oldest first. Weakly consistent: some may no longer be idle. */
    Iterable<Slot> oldestFirst() {
        return queue;
    }

    int idle() {
        return idle.get();
    }

    int taken() {
        return taken.get();
    }

    /** How many streams were ever taken, without those that were given back. */
    long takes() {
        return takes.sum();
    }

    int waiting() {
        return waiting;
    }

    int waitingForAny() {
        return waitingForAny;
    }
}
