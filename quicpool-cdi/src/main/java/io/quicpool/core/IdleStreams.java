package io.quicpool.core;

import io.quicpool.StreamId;
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
 * <p>Taking takes no lock: it polls the queue or asks the map and then has to win the slot. Bringing a stream and beginning
 * to wait exclude each other by {@link #lock}, which is held for a few instructions, however many streams and waiters there
 * are, and never around I/O or foreign code: so no stream can come to rest unseen while somebody begins to wait. Who was served
 * under the lock is woken after it.
 *
 * <p>The map holds every slot whose id is known until its end, taken ones included: no id is given twice among them. The
 * queue may hold slots that were since taken or retired; {@link #sweep} drops them.
 */
final class IdleStreams {

    private final ConcurrentLinkedQueue<Slot> queue = new ConcurrentLinkedQueue<>();
    private final LiveSlots live = new LiveSlots();
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    // How often one was taken, ever: what is asked for, where the number of those taken now says only what is in use.
    private final LongAdder takes = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock; the numbers are for those who read without.
    private final Waiters waiters = new Waiters();
    private volatile int waitingForAny;
    private volatile int waiting;
    private volatile boolean closed;
    private volatile boolean suspended;
    private final int maxWaiting;

    /** Makes an empty one. */
    IdleStreams(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    /** Enters an id that was just given or received; false when a live stream holds it. */
    boolean announce(Slot slot) {
        slot.home(this);
        return live.add(slot);
    }

    /**
     * Brings an announced slot: to the first waiter that wants it, else into stock. False when it was retired before, or the stock is
     * closed: then it is still on its way, for whoever gives that up.
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
                return intoStock(slot);
            }
            countTaken();
            served = handOn(slot, waiter);
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

    private boolean intoStock(Slot slot) {
        // Counted first: whoever takes it next must not see the count below zero.
        idle.incrementAndGet();
        if (!slot.rest()) {
            idle.decrementAndGet();
            return false;
        }
        queue.add(slot);
        return true;
    }

    // The slot is TAKEN and nobody else's. A waiter that has just given up lets it pass on to the next. Says who is to
    // be woken.
    private @Nullable Waiter handOn(Slot slot, @Nullable Waiter first) {
        Waiter waiter = first;
        while (waiter != null) {
            remove(waiter);
            if (waiter.serve(slot)) {
                return waiter;
            }
            waiter = waiters.firstFor(slot.id());
        }
        backIntoStock(slot);
        return null;
    }

    /** Returns a taken slot that did not reach its caller: to the next waiter, else into stock. False when the stock is closed. */
    boolean giveBack(Slot slot) {
        Waiter served;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            served = handBack(slot);
        } finally {
            lock.unlock();
        }
        wake(served);
        return true;
    }

    private @Nullable Waiter handBack(Slot slot) {
        return handOn(slot, suspended ? null : waiters.firstFor(slot.id()));
    }

    private void backIntoStock(Slot slot) {
        idle.incrementAndGet();
        if (slot.giveBack()) {
            taken.decrementAndGet();
            takes.decrement();
            queue.add(slot);
        } else {
            idle.decrementAndGet();
        }
    }

    /** Takes the oldest idle slot; null when there is none, or none may be taken now. */
    @Nullable Slot takeAny() {
        if (suspended) {
            return null;
        }
        for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
            if (slot.take()) {
                return counted(slot);
            }
        }
        return null;
    }

    /** Takes the idle slot with this id; null when it is not idle. */
    @Nullable Slot take(StreamId id) {
        Slot slot = live.get(id);
        return slot != null && !suspended && slot.take() ? counted(slot) : null;
    }

    /** Takes this slot, for the handler of a client-led pool; false when somebody else was faster. */
    boolean take(Slot slot) {
        if (suspended || !slot.take()) {
            return false;
        }
        counted(slot);
        return true;
    }

    private Slot counted(Slot slot) {
        idle.decrementAndGet();
        countTaken();
        return slot;
    }

    private void countTaken() {
        taken.incrementAndGet();
        takes.increment();
    }

    /**
     * Begins to wait, unless a stream has come since the caller last looked, or the stock is closed: then the waiter has ended. False
     * when too many wait already; then it does not. The waiter may wait elsewhere too.
     */
    boolean await(Waiter waiter) {
        Waiter ended = waiter;
        lock.lock();
        try {
            if (closed) {
                waiter.close();
            } else {
                Slot slot = takeFor(waiter);
                if (slot == null) {
                    return add(waiter);
                }
                if (!waiter.serve(slot)) {
                    ended = handBack(slot);
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

    private boolean add(Waiter waiter) {
        if (waiters.size() >= maxWaiting) {
            return false;
        }
        waiters.add(waiter);
        count();
        return true;
    }

    /** From now on nothing is taken: what comes goes into stock, who asks waits. */
    void suspend() {
        lock.lock();
        try {
            suspended = true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #suspend} and serves those who wait. */
    void resume() {
        lock.lock();
        try {
            suspended = false;
        } finally {
            lock.unlock();
        }
        // Whoever wants that one stream comes first, as when a stream is brought. Who comes now looks for itself.
        for (StreamId id : waiters.ids()) {
            serve(id);
        }
        boolean more = true;
        while (more) {
            more = serve(null);
        }
    }

    // One step, so that the lock is free in between. Says whether there was a stream for somebody.
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
            served = handBack(slot);
        } finally {
            lock.unlock();
        }
        wake(served);
        return true;
    }

    boolean suspended() {
        return suspended;
    }

    /** Forgets a waiter that timed out or was cancelled. */
    void forget(Waiter waiter) {
        lock.lock();
        try {
            remove(waiter);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Waiter waiter) {
        waiters.remove(waiter);
        count();
    }

    private void count() {
        waiting = waiters.size();
        waitingForAny = waiters.forAny();
    }

    /** Gives a slot up unless somebody has it; says what it was, or null when somebody has it. */
    Slot.@Nullable State retire(Slot slot) {
        Slot.State was = slot.retire();
        if (was == Slot.State.IDLE) {
            idle.decrementAndGet();
        }
        if (was != null && slot.known()) {
            live.remove(slot);
        }
        return was;
    }

    /** Gives a slot up whose id was not exchanged; false when it has come to rest, was taken, or was given up before. */
    boolean abandon(Slot slot) {
        if (!slot.abandon()) {
            return false;
        }
        if (slot.known()) {
            live.remove(slot);
        }
        return true;
    }

    /** Drops a slot that was retired between being announced and being delivered. */
    void forget(Slot retired) {
        live.remove(retired);
    }

    /** Ends a slot that was taken; false when it was ended before. */
    boolean end(Slot slot) {
        return end(slot, () -> {});
    }

    /** The same; ends the stream too, before it no longer counts as taken: who waits for that waits for the stream's end. */
    boolean end(Slot slot, Runnable stream) {
        if (!slot.end()) {
            return false;
        }
        stream.run();
        live.remove(slot);
        taken.decrementAndGet();
        return true;
    }

    /** Keeps nothing of streams that are over: the pool is closed, and whoever still holds it holds only its figures. */
    void clear() {
        queue.clear();
        live.clear();
    }

    /**
     * Takes no stream and no waiter from now on and ends the wait of all; what is idle now, stays so until it is taken or retired.
     */
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
                remove(waiter);
            }
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    /** Drops entries of the queue that are no longer idle. */
    void sweep() {
        queue.removeIf(slot -> !slot.isIdle());
    }

    /** The slots whose id is known and that have not ended, in no order; weakly consistent. */
    Collection<Slot> live() {
        return live.all();
    }

    /** Those of one connection. */
    Collection<Slot> live(Connection connection) {
        return live.of(connection);
    }

    /** The idle slots, the oldest first; weakly consistent, may contain some that are no longer idle. */
    Iterable<Slot> oldestFirst() {
        return queue;
    }

    int idle() {
        return idle.get();
    }

    int taken() {
        return taken.get();
    }

    /** How many were taken since the beginning, without those that came back. */
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
