package io.quicpool.core.streams;

import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a pool: the idle ones in order, all by id, and how many are idle and in use. No step takes a lock: the
 * state of the slot decides, and queue, map and counts follow it.
 *
 * <p>The map holds every slot from its id to its end, also while it is taken, so that no id exists twice. The queue may
 * hold slots that were taken or evicted since. {@link #sweep} drops them.
 */
abstract class SlotIndex {

    private final ConcurrentLinkedQueue<Slot> queue = new ConcurrentLinkedQueue<>();
    private final LiveSlots live = new LiveSlots();
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    // How often a stream was ever taken. Demand is measured by it, as {@code taken} only counts streams in use now.
    private final LongAdder takes = new LongAdder();

    /** Enters a slot whose id was just assigned or received, or that gets none. False when a live stream has that id. */
    public final boolean register(Slot slot) {
        slot.owner(this);
        return live.add(slot);
    }

    /** Drops a slot that was evicted after it was registered and before it was delivered. */
    public final void unregister(Slot slot) {
        live.remove(slot);
    }

    // ---- taking

    /** Makes a registered slot idle. False when it was evicted before. */
    final boolean addIdle(Slot slot) {
        // Count before the slot can be taken, else the count could fall below zero.
        idle.incrementAndGet();
        if (!slot.becomeIdle()) {
            idle.decrementAndGet();
            return false;
        }
        queue.add(slot);
        return true;
    }

    /** Takes a registered slot that was never idle. False when it was evicted before. */
    final boolean takeOnArrival(Slot slot) {
        if (!slot.takeOnArrival()) {
            return false;
        }
        countTaken();
        return true;
    }

    /** Takes a registered slot that was opened for one request. That is no demand for idle ones. False when it was evicted before. */
    final boolean takeOpened(Slot slot) {
        if (!slot.takeOnArrival()) {
            return false;
        }
        taken.incrementAndGet();
        return true;
    }

    /** Takes the oldest idle slot. Null when there is none. */
    final @Nullable Slot takeIdle() {
        for (Slot slot = queue.poll(); slot != null; slot = queue.poll()) {
            if (takeIdle(slot)) {
                return slot;
            }
        }
        return null;
    }

    /** Takes a slot. False when it is not idle. */
    final boolean takeIdle(Slot slot) {
        if (!slot.take()) {
            return false;
        }
        idle.decrementAndGet();
        countTaken();
        return true;
    }

    private void countTaken() {
        taken.incrementAndGet();
        takes.increment();
    }

    /** Makes a taken slot idle again, as if it had not been taken. False when it has ended meanwhile. */
    final boolean returnToIdle(Slot slot) {
        idle.incrementAndGet();
        if (!slot.giveBack()) {
            idle.decrementAndGet();
            return false;
        }
        taken.decrementAndGet();
        takes.decrement();
        queue.add(slot);
        return true;
    }

    // ---- ends

    /** Evicts a slot unless a caller has it. Returns its former state, or null when a caller has it. */
    final Slot.@Nullable State evict(Slot slot) {
        Slot.State was = slot.evict();
        if (was == Slot.State.IDLE) {
            idle.decrementAndGet();
        }
        if (was != null) {
            live.remove(slot);
        }
        return was;
    }

    /** Evicts a slot that is still OPENING. Returns whether it was. */
    public final boolean evictOpening(Slot slot) {
        if (!slot.evictOpening()) {
            return false;
        }
        live.remove(slot);
        return true;
    }

    /** Ends a taken slot. False when it has ended before. */
    final boolean end(Slot slot) {
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
    public final void clear() {
        queue.clear();
        live.clear();
    }

    /** Drops queue entries that are no longer idle. */
    public final void sweep() {
        queue.removeIf(slot -> !slot.isIdle());
    }

    // ---- views and counts

    /** The slot that has this id and has not ended. */
    final @Nullable Slot find(StreamId id) {
        return live.get(id);
    }

    /** All slots that are registered and have not ended, in no order. Weakly consistent. */
    public final Collection<Slot> live() {
        return live.all();
    }

    /** Those of one connection. */
    public final Collection<Slot> live(Connection connection) {
        return live.of(connection);
    }

    /** Whether a stream of this connection is in use. */
    public final boolean hasStreamInUse(Connection connection) {
        return live(connection).stream().anyMatch(Slot::isInUse);
    }

    /** The idle slots, oldest first. Weakly consistent: some may no longer be idle. */
    public final Iterable<Slot> oldestFirst() {
        return queue;
    }

    public final int idle() {
        return idle.get();
    }

    public final int taken() {
        return taken.get();
    }

    /** How many streams were ever taken, without those that were given back. */
    public final long takes() {
        return takes.sum();
    }
}
