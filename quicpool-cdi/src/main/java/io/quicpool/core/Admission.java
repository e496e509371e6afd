package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The server's half of the id exchange: waits for a stream's hello, gives it an id, brings it into stock. Any number wait
 * at a time without a thread of their own, but no more than are allowed, and none for ever. One that has said hello while
 * the stock is full waits in line for a place: being full is no failure.
 */
final class Admission {

    private final CoreServerPool pool;
    private final ServerPoolConfig config;
    /**
     * How long a stream waits for a place before it is let go: with an id, and a FIN. A client of the Go package gives up its
     * connection when an id takes a minute, and reads that as a stream that its peer has closed.
     */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(45);

    private final SecureRandom random = new SecureRandom();
    private final Map<Slot, ServerConnection> pending = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    // Streams between their hello and the stock: they count as idle already, or two of them could share the last place.
    private final AtomicInteger entering = new AtomicInteger();
    private final HelloQueue line = new HelloQueue();
    private final AtomicBoolean lookPending = new AtomicBoolean();

    private final Duration longestWait;

    Admission(CoreServerPool pool, ServerPoolConfig config) {
        this(pool, config, LONGEST_WAIT);
    }

    Admission(CoreServerPool pool, ServerPoolConfig config, Duration longestWait) {
        this.pool = pool;
        this.config = config;
        this.longestWait = longestWait;
    }

    int waiting() {
        return waiting.get() + line.size();
    }

    /** A client has opened a stream. */
    void opened(EngineStream stream, ServerConnection guest) {
        Slot slot = new Slot(stream, pool.generation(), System.nanoTime());
        if (!begin(slot, guest)) {
            pool.refused(Reason.Refused.PENDING_HELLOS, client(slot));
            stream.reset(StreamErrors.SERVER_FULL);
            return;
        }
        stream.whenEnded(() -> pool.retireEnded(slot));
        if (pool.ending()) {
            pool.retire(slot, Reason.Evicted.CLOSED);
            return;
        }
        stream.whenReadable(1, () -> hello(slot, guest));
    }

    private boolean begin(Slot slot, ServerConnection guest) {
        int most = config.maxPendingHellos();
        // Half of them for one client: another can always begin.
        int ofAll = waiting.incrementAndGet();
        int ofGuest = guest.pendingHellos.incrementAndGet();
        boolean room = ofAll <= most && ofGuest <= Math.max(1, most / 2);
        pending.put(slot, guest);
        if (!room) {
            finished(slot);
        }
        return room;
    }

    private void finished(Slot slot) {
        saidHello(slot);
        line.remove(slot);
    }

    // It counts no longer among those that have not; true once for each that was begun.
    private boolean saidHello(Slot slot) {
        ServerConnection guest = pending.remove(slot);
        if (guest == null) {
            return false;
        }
        waiting.decrementAndGet();
        guest.pendingHellos.decrementAndGet();
        return true;
    }

    private static InetSocketAddress client(Slot slot) {
        return slot.stream().connection().remoteAddress();
    }

    // On an engine thread: the byte is there, nothing of this blocks.
    private void hello(Slot slot, ServerConnection guest) {
        try {
            if (slot.stream().input().read() != IdRequest.HELLO) {
                refuse(slot, Reason.Refused.BAD_HELLO, StreamErrors.PROTOCOL);
                return;
            }
        } catch (IOException e) {
            pool.retireEnded(slot);
            return;
        }
        // Not past those who wait.
        if (!line.isEmpty() || !enter()) {
            queue(slot, guest);
            return;
        }
        try {
            admit(slot, guest);
        } finally {
            entering.decrementAndGet();
        }
    }

    // ---- in line

    private void queue(Slot slot, ServerConnection guest) {
        if (!line.add(guest, slot, Math.max(1, config.maxPendingHellos() / 2))) {
            refuse(slot, Reason.Refused.SERVER_FULL, StreamErrors.SERVER_FULL);
            return;
        }
        saidHello(slot);
        if (slot.state() != Slot.State.OPENING) {
            // Given up meanwhile, by who did not see it in the line.
            line.remove(slot);
        }
        // A place may have come free meanwhile, by who did not see it either.
        placeFree();
    }

    /** Whether a stream of this client waits for a place. */
    boolean waits(ServerConnection guest) {
        return line.first(guest) != null;
    }

    /** There may be a place for one that waits. Any thread; costs nothing when none does. */
    void placeFree() {
        if (!line.isEmpty() && lookPending.compareAndSet(false, true)) {
            try {
                pool.threads.decide(() -> {
                    lookPending.set(false);
                    serveLine();
                });
            } catch (RuntimeException | Error e) {
                lookPending.set(false);
                throw e;
            }
        }
    }

    // Timer thread.
    private void serveLine() {
        while (!line.isEmpty() && enter()) {
            try {
                ServerConnection guest = line.next();
                Slot slot = guest == null ? null : line.first(guest);
                if (guest == null || slot == null) {
                    return;
                }
                guest.places++;
                admit(slot, guest);
                if (slot.state() == Slot.State.OPENING) {
                    // The pool closes: it stays where it is found and given up.
                    return;
                }
                line.remove(slot);
            } finally {
                entering.decrementAndGet();
            }
        }
    }

    // Timer thread, now and then.
    private void watchLine(FairShares shares) {
        if (line.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        for (Slot slot : line.all()) {
            if (!slot.stream().alive()) {
                pool.retireEnded(slot);
            } else if (now - slot.since() > longestWait.toNanos()) {
                letGo(slot);
            }
        }
        serveLine();
        ServerConnection poorest = line.next();
        if (poorest != null && pool.stock.idle() >= pool.capacity()) {
            shares.level(poorest, line.size());
        }
    }

    private void letGo(Slot slot) {
        ServerConnection guest = line.owner(slot);
        if (guest == null) {
            return;
        }
        announce(slot, guest);
        if (pool.stock.abandon(slot)) {
            line.remove(slot);
            pool.refused(Reason.Refused.NO_PLACE, client(slot));
            try {
                slot.stream().output().write(slot.id().toBytes());
            } catch (IOException e) {
                // It has ended, which is the same.
            }
            slot.stream().close();
        } else {
            pool.stock.forget(slot);
        }
    }

    private boolean enter() {
        if (entering.incrementAndGet() + pool.stock.idle() > pool.capacity()) {
            entering.decrementAndGet();
            return false;
        }
        return true;
    }

    private void admit(Slot slot, ServerConnection guest) {
        announce(slot, guest);
        try {
            // Before the stock: once it is there, somebody may write behind it. After the map: once the client has the
            // id, somebody may ask for it.
            slot.stream().output().write(slot.id().toBytes());
        } catch (IOException e) {
            pool.retireEnded(slot);
            // When it was given up before it was announced: the map must not keep it.
            pool.stock.forget(slot);
            return;
        }
        if (pool.deliver(slot, System.nanoTime())) {
            finished(slot);
            pool.delivered(slot);
        } else {
            pool.stock.forget(slot);
        }
    }

    private void announce(Slot slot, ServerConnection guest) {
        guest.resetBeforeHello.set(0);
        if (guest.first()) {
            slot.id(StreamId.FIRST);
            if (pool.stock.announce(slot)) {
                return;
            }
        }
        do {
            slot.id(anyOther());
        } while (!pool.stock.announce(slot));
    }

    private StreamId anyOther() {
        int value = random.nextInt();
        return value == StreamId.FIRST.value() ? anyOther() : new StreamId(value);
    }

    // Not one whose hello has come meanwhile: it is in stock, and no longer counted here.
    private void refuse(Slot slot, Reason.Refused reason, long code) {
        if (pool.stock.abandon(slot)) {
            finished(slot);
            pool.metrics.failed.increment();
            pool.refused(reason, client(slot));
            slot.stream().reset(code);
        }
    }

    /** A slot was retired before it had its id. One that was ended in order without a byte is a sign of life, and no failure. */
    void ended(Slot slot, Reason.Evicted reason) {
        ServerConnection guest = pending.get(slot);
        boolean mute = saidHello(slot);
        line.remove(slot);
        if (!reason.meant() && !slot.stream().finished()) {
            pool.metrics.failed.increment();
            // A flush resets what the client was just opening: no more than that is in order.
            if (mute
                    && guest != null
                    && reason == Reason.Evicted.PEER_ENDED
                    && guest.resetBeforeHello.incrementAndGet() > Policy.MAX_OPENING) {
                pool.refused(Reason.Refused.NO_HELLO, client(slot));
            }
        }
    }

    /** Gives up what is overdue or dead. Timer thread. */
    void sweep(FairShares shares) {
        long now = System.nanoTime();
        for (Slot slot : pending.keySet()) {
            if (!slot.stream().alive()) {
                // Such as one that its client has given up: it is not slow.
                pool.retireEnded(slot);
            } else if (now - slot.since() > config.helloTimeout().toNanos()) {
                refuse(slot, Reason.Refused.SLOW_HELLO, StreamErrors.TOO_SLOW);
            }
        }
        watchLine(shares);
    }

    /** Gives up these of what is on its way. */
    void giveUp(Reason.Evicted reason, Predicate<Slot> which) {
        Stream.concat(pending.keySet().stream(), line.all().stream())
                .filter(which)
                .forEach(slot -> pool.retire(slot, reason));
    }
}
