package io.quicpool.core;

import io.quicpool.PoolListener;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolState;
import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.StreamTimeouts;
import io.quicpool.transport.Connection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What client and server pools share: handing out, giving up, closing.
 *
 * <pre>
 * NEW --start--&gt; RUNNING --close--&gt; CLOSING --&gt; CLOSED
 * </pre>
 *
 * <p>Thread-safe. Decisions are taken on the timer thread; the rest is in the atomic parts it is made of.
 */
abstract class CorePool extends PoolFacade {

    /** How often dead streams are looked for, and what is overdue. */
    static final Duration HOUSEKEEPING = Duration.ofMillis(500);

    /**
     * How long a stream whose peer has written and finished waits for the one who is told its id. It counts against the
     * stock and the peer's credit, so one that nobody comes for must not stay.
     */
    static final Duration UNCLAIMED = Duration.ofSeconds(30);

    final String name;
    final Logger log;
    final PoolThreads threads;
    final TimeLimits limits;
    final StreamTimeouts timeouts;
    final Listeners listeners;
    final IdleStreams stock;
    final Metrics metrics = new Metrics();
    final Lifecycle lifecycle;
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicBoolean exhausted = new AtomicBoolean();

    CorePool(String name, int maxWaiting, StreamTimeouts timeouts, PoolThreads threads) {
        this.name = name;
        this.timeouts = timeouts;
        this.stock = new IdleStreams(maxWaiting);
        this.log = System.getLogger("io.quicpool");
        this.threads = threads;
        this.limits = new TimeLimits(threads::decideAfter);
        this.listeners = new Listeners(name, threads.listeners(), log);
        this.lifecycle = new Lifecycle(this);
    }

    // ---- what the two kinds add

    /** A caller has to wait, or the stock is low: fill up, if that is in this pool's power. Any thread. */
    abstract void replenish();

    /** Looks for what is overdue. Timer thread, every {@link #HOUSEKEEPING}. */
    abstract void housekeeping();

    /** A stream that was being opened was given up before it had its id. */
    abstract void openingEnded(Slot slot, Reason.Evicted reason);

    /** The pool begins to close: nobody new from now on. */
    void closing() {}

    /** Gives up all connections and whatever is not in stock yet; returns when all of it is gone or the time is over. */
    abstract boolean closeConnections(Duration timeout) throws InterruptedException;

    /** What the link is doing, for people. */
    abstract String link();

    /** The connections that are up. */
    abstract List<Connection> connections();

    /** Streams that have no id yet. */
    abstract int opening();

    /** The stock has one less: there may be a place for another. Any thread. */
    void placeFree() {}

    // ---- handing out

    @Override
    public @Nullable Slot takeNow(@Nullable StreamId id) {
        while (true) {
            Slot slot = id == null ? stock.takeAny() : stock.take(id);
            if (slot == null || slot.stream().alive()) {
                return slot;
            }
            discard(slot);
        }
    }

    @Override
    public boolean await(Waiter waiter) {
        boolean waits = stock.await(waiter);
        if (waiter.id() == null && waiter.waits()) {
            shortage();
        }
        return waits;
    }

    @Override
    public void forget(Waiter waiter) {
        stock.forget(waiter);
    }

    @Override
    public CorePool owner(Slot slot) {
        return this;
    }

    @Override
    public void shortage() {
        if (!stock.suspended() && exhausted.compareAndSet(false, true)) {
            listeners.tell(listener -> listener.exhausted(this));
        }
        replenish();
    }

    /** A caller has it from now on. Any thread. */
    Lease handOut(Slot slot) {
        metrics.handedOut.increment();
        slot.stream().inUse();
        placeFree();
        return new Lease(slot, this);
    }

    /** Brings a stream whose id is announced; false when it was given up meanwhile. */
    boolean deliver(Slot slot, long now) {
        // A flush or a loss that came before this moment has not seen the slot in the stock; one that comes after will.
        if (!stock.deliver(slot)) {
            return false;
        }
        metrics.opened.increment();
        metrics.opens.add(now - slot.since());
        if (slot.generation() != generation.get()) {
            retire(slot, Reason.Evicted.FLUSHED);
        } else if (!slot.stream().alive()) {
            // Its peer may have ended it with, or before, the last byte of the id exchange.
            retireEnded(slot);
        } else if (slot.isIdle()) {
            exhausted.set(false);
        }
        return true;
    }

    /** A taken stream did not reach its caller: the next one gets it, or the stock; of a pool that closes, nobody. */
    void giveBack(Slot slot) {
        if (!stock.giveBack(slot)) {
            end(slot, () -> slot.stream().reset(StreamErrors.CLOSING));
        }
    }

    /** The caller of a taken stream ends it, in this way; nothing when it had been ended before. */
    void end(Slot slot, Runnable stream) {
        if (!stock.end(slot, stream)) {
            return;
        }
        lifecycle.oneEnded();
        if (stock.waiting() > 0) {
            // Its credit comes back: perhaps a stream can be opened now that could not before.
            replenish();
        }
    }

    // ---- giving up

    int generation() {
        return generation.get();
    }

    /** Whether the pool has begun to close: what is opened now, those who gave up all that was there have not seen. */
    boolean ending() {
        PoolState life = life();
        return life == PoolState.CLOSING || life == PoolState.CLOSED;
    }

    /** Gives a stream up, unless a caller has it; says whether it did. */
    boolean retire(Slot slot, Reason.Evicted reason) {
        Slot.State was = stock.retire(slot);
        if (was == null) {
            return false;
        }
        if (was == Slot.State.IDLE || reason.meant()) {
            metrics.evicted(reason);
        }
        if (was == Slot.State.OPENING) {
            openingEnded(slot, reason);
        }
        slot.stream().reset(reason == Reason.Evicted.CLOSED ? StreamErrors.CLOSING : StreamErrors.RETIRED);
        placeFree();
        return true;
    }

    /** A stream has ended, by itself or with its connection; says whether nobody had it. */
    boolean retireEnded(Slot slot) {
        return retire(slot, unlessLost(slot, Reason.Evicted.PEER_ENDED));
    }

    private static Reason.Evicted unlessLost(Slot slot, Reason.Evicted reason) {
        return slot.stream().connection().alive() ? reason : Reason.Evicted.LINK_LOST;
    }

    /** A stream that was just taken turned out dead: it goes, and whoever took it tries the next. */
    void discard(Slot slot) {
        if (stock.end(slot)) {
            metrics.evicted(unlessLost(slot, Reason.Evicted.PROBE));
            slot.stream().reset(StreamErrors.RETIRED);
            lifecycle.oneEnded();
            placeFree();
        }
    }

    /** Gives up what is dead, and all but the newest so many. Timer thread. */
    void sweep(int most) {
        sweep(most, System.nanoTime());
    }

    /** The same at a given nano time. */
    void sweep(int most, long now) {
        stock.sweep();
        for (Slot slot : stock.oldestFirst()) {
            if (!slot.stream().alive()) {
                retire(slot, unlessLost(slot, Reason.Evicted.PROBE));
            } else if (slot.finishedFor(now) > UNCLAIMED.toNanos() && !stock.suspended()) {
                retire(slot, Reason.Evicted.PEER_ENDED);
            } else if (stock.idle() > most) {
                retire(slot, Reason.Evicted.SURPLUS);
            }
        }
    }

    /** Whether a stream of this connection is in use. */
    boolean isUsed(Connection connection) {
        return stock.live(connection).stream().anyMatch(Slot::isInUse);
    }

    /** Gives up every idle stream of a connection that was lost. */
    void retireAll(Connection connection) {
        stock.live(connection).forEach(slot -> retire(slot, Reason.Evicted.LINK_LOST));
    }

    @Override
    public void flush() {
        int current = generation.incrementAndGet();
        for (Slot slot : stock.live()) {
            if (slot.isIdle() && slot.isOlderThan(current)) {
                retire(slot, Reason.Evicted.FLUSHED);
            }
        }
        // What is on its way belongs to an older generation too; what escapes here is caught when it arrives.
        giveUpOpening(current);
        log.log(Level.INFO, "{0}: flushed", name);
        replenish();
    }

    /** A flush gives up what is being opened and is of an older generation. */
    abstract void giveUpOpening(int generation);

    // ---- holding back

    @Override
    public void suspend() {
        if (state() == PoolState.RUNNING) {
            stock.suspend();
            log.log(Level.INFO, "{0}: suspended", name);
        }
    }

    @Override
    public void resume() {
        if (stock.suspended()) {
            stock.resume();
            log.log(Level.INFO, "{0}: resumed", name);
        }
    }

    // ---- errors, listeners, figures

    @Override
    public void addError() {
        metrics.error();
    }

    @Override
    public long errorCount() {
        return metrics.errors();
    }

    @Override
    public void resetError() {
        metrics.resetErrors();
    }

    @Override
    public void addListener(PoolListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(PoolListener listener) {
        listeners.remove(listener);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PoolThreads threads() {
        return threads;
    }

    @Override
    public Metrics metrics() {
        return metrics;
    }

    @Override
    public @Nullable Throwable lastError() {
        return metrics.lastError();
    }

    @Override
    public PoolState life() {
        return lifecycle.state();
    }

    @Override
    public PoolState state() {
        PoolState life = life();
        return life == PoolState.RUNNING && stock.suspended() ? PoolState.SUSPENDED : life;
    }

    @Override
    public int idle() {
        return stock.idle();
    }

    @Override
    public PoolSnapshot snapshot() {
        return new PoolSnapshot(
                name,
                state(),
                ready(),
                link(),
                peers(),
                stock.idle(),
                opening(),
                stock.taken(),
                stock.waiting(),
                capacity(),
                interval(),
                metrics.errors(),
                metrics.lastErrorText(),
                Metrics.totals(List.of(metrics)));
    }

    @Override
    PoolSnapshot renewed(PoolSnapshot recent) {
        PoolState state = state();
        return new PoolSnapshot(
                name,
                state,
                recent.ready() && state == PoolState.RUNNING,
                recent.link(),
                recent.peers(),
                stock.idle(),
                opening(),
                stock.taken(),
                stock.waiting(),
                capacity(),
                interval(),
                metrics.errors(),
                recent.lastError(),
                recent.totals());
    }

    final List<PoolSnapshot.Peer> peers() {
        return connections().stream()
                .map(each -> new PoolSnapshot.Peer(each.localAddress(), each.remoteAddress()))
                .toList();
    }

    // ---- the end

    @Override
    public void close(Duration drainTimeout) {
        lifecycle.close(Objects.requireNonNull(drainTimeout, "drainTimeout"));
    }
}
