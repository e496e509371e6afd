package io.quicpool.core.streams;

import io.quicpool.PoolObserver.UseEnd;
import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.StreamTimeouts;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.Reason;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.core.threads.TimeLimits;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one pool, from their opening to their end. {@link IdleStreams} decides who gets a stream. This class adds
 * what follows from each step: it counts it, ends the stream, and tells the pool. Thread-safe.
 */
public final class PoolStreams {

    /** What the pool does about its streams. Any thread. */
    public interface Owner {

        /** A caller waits, or few streams are idle: opens streams if this pool can. */
        void replenish();

        /** A caller found no idle stream, for the first time since a stream became idle. */
        void exhausted();

        /** A stream was taken. */
        void taken();

        /** There is one idle stream less, so another may be admitted. */
        void capacityFreed();

        /** A stream was evicted before it had its id. */
        void openingEvicted(Slot slot, Reason.Evicted reason);

        /** A taken stream has ended. */
        void ended();

        /** Whether the pool has started to close. */
        boolean isClosing();
    }

    private final PoolLabel label;
    private final IdleStreams index;
    private final Metrics metrics;
    private final Owner owner;
    private final TimeLimits limits;
    private final StreamTimeouts timeouts;
    private final Leaks leaks;
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicBoolean exhausted = new AtomicBoolean();

    /** Makes the streams of a pool that has none yet. */
    public PoolStreams(PoolLog log, PoolConfig config, PoolThreads threads, Metrics metrics, Owner owner) {
        this.label = log.pool();
        this.index = new IdleStreams(config);
        this.metrics = metrics;
        this.owner = owner;
        this.limits = new TimeLimits(threads::decideAfter);
        this.timeouts = config.streamTimeouts();
        this.leaks = new Leaks(index, log, metrics, config.option(PoolOptions.LEAK_DETECTION_THRESHOLD));
    }

    /** Which streams there are, and who waits for one. */
    public IdleStreams index() {
        return index;
    }

    PoolLabel label() {
        return label;
    }

    TimeLimits limits() {
        return limits;
    }

    StreamTimeouts timeouts() {
        return timeouts;
    }

    // ---- taking streams

    /** Takes an idle stream that is alive, with this id or any. Null when there is none now. */
    public @Nullable Slot takeNow(@Nullable StreamId id) {
        while (true) {
            Slot slot = id == null ? index.takeAny() : index.take(id);
            if (slot == null || slot.stream().alive()) {
                return slot;
            }
            discard(slot);
        }
    }

    /** A stream that was just taken is dead. It is evicted, and the caller tries the next one. */
    void discard(Slot slot) {
        if (index.end(slot)) {
            metrics.evicted(unlessLost(slot, Reason.Evicted.PROBE));
            slot.stream().reset(StreamErrors.RETIRED);
            owner.ended();
            owner.capacityFreed();
        }
    }

    /** Adds a waiter, as {@link StreamSource#addWaiter}. */
    public boolean addWaiter(Waiter waiter) {
        boolean waits = index.addWaiter(waiter);
        if (waiter.id() == null && waiter.isWaiting()) {
            reportExhausted();
        }
        return waits;
    }

    /** A caller found no idle stream: tells the pool, which may open more. */
    public void reportExhausted() {
        if (!index.suspended() && exhausted.compareAndSet(false, true)) {
            owner.exhausted();
        }
        owner.replenish();
    }

    /** A caller has the stream from now on. Null for {@code by} when that is the calling thread. */
    public Lease lease(Slot slot, @Nullable TakenBy by) {
        metrics.taken();
        slot.stream().inUse();
        owner.taken();
        Lease lease = new Lease(slot, this);
        leaks.begin(slot, lease, by);
        return lease;
    }

    /** Takes a new, registered stream for a request. False when it has ended, and when no stream can be taken now. */
    public boolean takeRequest(Slot slot) {
        if (!index.takeNew(slot)) {
            return false;
        }
        metrics.opened(slot.since(), System.nanoTime());
        return true;
    }

    /** A registered stream cannot be taken for a request: another one may be, when the client tries again. */
    public void refuseRequest(Slot slot) {
        if (index.evictOpening(slot)) {
            slot.stream().reset(isClosing() ? StreamErrors.CLOSING : StreamErrors.HANDLER_BUSY);
        } else {
            index.unregister(slot);
        }
    }

    /** A caller gets a stream that was just opened for it, without an id. Null when no stream can be taken now; then it is reset. */
    public @Nullable Lease leaseNew(EngineStream stream, long since, @Nullable TakenBy by) {
        Slot slot = new Slot(stream, generation(), since);
        index.register(slot);
        if (takeRequest(slot)) {
            return lease(slot, by);
        }
        index.evictOpening(slot);
        stream.reset(StreamErrors.RETIRED);
        return null;
    }

    /** Ends streams that their callers have lost, and reports those that are in use for too long. Timer thread. */
    public void checkLeaks() {
        leaks.check(slot -> end(slot, UseEnd.LEAKED, () -> slot.stream().reset(StreamErrors.RETIRED)));
    }

    /** A leased stream did not reach its caller. */
    void undoLease(Slot slot) {
        metrics.notTaken();
        slot.unused();
        giveBack(slot);
    }

    /** A taken stream did not reach its caller. The next waiter gets it, else it is idle again. A closing pool resets it. */
    void giveBack(Slot slot) {
        if (!index.giveBack(slot)) {
            end(slot, () -> slot.stream().reset(StreamErrors.CLOSING));
        }
    }

    /** The caller of a taken stream ends it in order. Does nothing when it has ended before. */
    void close(Slot slot) {
        UseEnd end = slot.stream().peerError() < 0 ? UseEnd.CLOSED : UseEnd.RESET;
        end(slot, unlessLost(slot, end), slot.stream()::close);
    }

    /** The caller of a taken stream says that the peer failed on it. */
    void failed(Slot slot, Throwable cause) {
        slot.markFailed();
        metrics.error(cause);
    }

    /** The caller of a taken stream resets it. Does nothing when it has ended before. */
    void reset(Slot slot, long applicationErrorCode) {
        end(slot, unlessLost(slot, UseEnd.RESET), () -> slot.stream().reset(applicationErrorCode));
    }

    private static UseEnd unlessLost(Slot slot, UseEnd end) {
        if (slot.hasFailed()) {
            return UseEnd.FAILED;
        }
        return slot.stream().connection().alive() ? end : UseEnd.LOST;
    }

    private boolean end(Slot slot, UseEnd how, Runnable stream) {
        boolean ended = end(slot, stream);
        if (ended) {
            countUse(slot, how);
        }
        return ended;
    }

    // Nothing when the pool ended it before its caller got it.
    private void countUse(Slot slot, UseEnd how) {
        if (slot.takenAt() != 0) {
            metrics.used(slot.takenAt(), how);
        }
    }

    // Does nothing when it has ended before. Returns whether it had not.
    private boolean end(Slot slot, Runnable stream) {
        if (!index.end(slot, stream)) {
            return false;
        }
        owner.ended();
        if (index.waiting() > 0) {
            // The end of the stream gives credit back, so another one may be opened.
            owner.replenish();
        }
        return true;
    }

    // ---- adding streams

    /** The current generation. A flush starts the next one and evicts all that are older. */
    public int generation() {
        return generation.get();
    }

    /**
     * Whether the pool has started to close. A stream that is opened from then on evicts itself, because closing did
     * not see it.
     */
    public boolean isClosing() {
        return owner.isClosing();
    }

    /** Adds a registered stream. False when it was evicted meanwhile. */
    public boolean deliver(Slot slot, long now) {
        // Not to a waiter: the flush may have been before that began to wait.
        if (slot.isOlderThan(generation.get()) && evict(slot, Reason.Evicted.FLUSHED)) {
            owner.replenish();
            return false;
        }
        // A flush or a loss before this moment did not see the slot as idle. One after it does. The checks below cover
        // the first case.
        if (!index.deliver(slot)) {
            return false;
        }
        metrics.opened(slot.since(), now);
        if (slot.generation() != generation.get()) {
            evict(slot, Reason.Evicted.FLUSHED);
        } else if (!slot.stream().alive()) {
            // The peer may have ended it with, or before, the last byte of the id exchange.
            evictEnded(slot);
        } else if (slot.isIdle()) {
            exhausted.set(false);
        }
        return true;
    }

    // ---- evicting streams

    /** Evicts a stream unless a caller has it. Returns whether it did. */
    public boolean evict(Slot slot, Reason.Evicted reason) {
        Slot.State was = index.evict(slot);
        if (was == null) {
            return false;
        }
        if (was == Slot.State.IDLE || reason.isIntended()) {
            metrics.evicted(reason);
        }
        if (was == Slot.State.OPENING) {
            owner.openingEvicted(slot, reason);
        }
        slot.stream().reset(reason == Reason.Evicted.CLOSED ? StreamErrors.CLOSING : StreamErrors.RETIRED);
        owner.capacityFreed();
        return true;
    }

    /** A stream has ended, alone or with its connection. Returns whether nobody had taken it. */
    public boolean evictEnded(Slot slot) {
        return evict(slot, unlessLost(slot, Reason.Evicted.PEER_ENDED));
    }

    /** The check of idle streams found one that is dead. */
    public void evictDead(Slot slot) {
        evict(slot, unlessLost(slot, Reason.Evicted.PROBE));
    }

    // The reason, unless the connection of the stream is lost: then it is that.
    private static Reason.Evicted unlessLost(Slot slot, Reason.Evicted reason) {
        return slot.stream().connection().alive() ? reason : Reason.Evicted.LINK_LOST;
    }

    /** Evicts every idle stream of a lost connection. */
    public void evictAll(Connection connection) {
        index.live(connection).forEach(slot -> evict(slot, Reason.Evicted.LINK_LOST));
    }

    /**
     * Starts a new generation and evicts the idle streams of older ones. Streams without an id are older too: the caller
     * evicts them. One that is missed is evicted when it is delivered.
     *
     * @return the new generation
     */
    public int flush() {
        int current = generation.incrementAndGet();
        for (Slot slot : index.live()) {
            if (slot.isIdle() && slot.isOlderThan(current)) {
                evict(slot, Reason.Evicted.FLUSHED);
            }
        }
        return current;
    }

    // ---- closing

    /** Accepts no stream and no waiter from now on, and evicts the idle streams. */
    public void close() {
        index.close();
        index.live().forEach(slot -> evict(slot, Reason.Evicted.CLOSED));
    }

    /** Resets the streams in use. */
    public void resetTaken() {
        for (Slot slot : index.live()) {
            if (slot.isTaken() && index.end(slot)) {
                countUse(slot, unlessLost(slot, UseEnd.RESET));
                slot.stream().reset(StreamErrors.RETIRED);
            }
        }
    }
}
