package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server's half of the id exchange: waits for a stream's hello, gives it an id, brings it into stock. Any number wait
 * at a time without a thread of their own, but no more than are allowed, and none for ever.
 */
final class Admission {

    private final CoreServerPool pool;
    private final ServerPoolConfig config;
    private final SecureRandom random = new SecureRandom();
    private final Map<Slot, Guest> pending = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    // Streams between their hello and the stock: they count as idle already, or two of them could share the last place.
    private final AtomicInteger entering = new AtomicInteger();

    Admission(CoreServerPool pool, ServerPoolConfig config) {
        this.pool = pool;
        this.config = config;
    }

    int waiting() {
        return waiting.get();
    }

    /** A client has opened a stream. */
    void opened(EngineStream stream, Guest guest) {
        Slot slot = new Slot(stream, pool.generation(), System.nanoTime());
        if (!begin(slot, guest)) {
            pool.refused(Reason.Refused.PENDING_HELLOS, client(slot));
            stream.reset(StreamErrors.SERVER_FULL);
            return;
        }
        stream.whenDead(() -> pool.retireEnded(slot));
        if (pool.ending()) {
            pool.retire(slot, Reason.Evicted.CLOSED);
            return;
        }
        stream.whenReadable(1, () -> hello(slot, guest));
    }

    private boolean begin(Slot slot, Guest guest) {
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

    // Once for each that was begun.
    private void finished(Slot slot) {
        Guest guest = pending.remove(slot);
        if (guest != null) {
            waiting.decrementAndGet();
            guest.pendingHellos.decrementAndGet();
        }
    }

    private static InetSocketAddress client(Slot slot) {
        return slot.stream().connection().remoteAddress();
    }

    // On an engine thread: the byte is there, nothing of this blocks.
    private void hello(Slot slot, Guest guest) {
        try {
            if (slot.stream().input().read() != IdRequest.HELLO) {
                refuse(slot, Reason.Refused.BAD_HELLO, StreamErrors.PROTOCOL);
                return;
            }
        } catch (IOException e) {
            pool.retireEnded(slot);
            return;
        }
        if (!enter()) {
            refuse(slot, Reason.Refused.SERVER_FULL, StreamErrors.SERVER_FULL);
            return;
        }
        try {
            admit(slot, guest);
        } finally {
            entering.decrementAndGet();
        }
    }

    private boolean enter() {
        if (entering.incrementAndGet() + pool.stock.idle() > pool.capacity()) {
            entering.decrementAndGet();
            return false;
        }
        return true;
    }

    private void admit(Slot slot, Guest guest) {
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

    private void announce(Slot slot, Guest guest) {
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
            ended(slot);
            pool.refused(reason, client(slot));
            slot.stream().reset(code);
        }
    }

    /** A slot was retired before it had its id. One that was ended in order without a byte is a sign of life, and no failure. */
    void ended(Slot slot) {
        finished(slot);
        if (!slot.stream().finished()) {
            pool.metrics.failed.increment();
        }
    }

    /** Gives up what is overdue or dead. Timer thread. */
    void sweep() {
        long now = System.nanoTime();
        for (Slot slot : pending.keySet()) {
            if (now - slot.since() > config.helloTimeout().toNanos()) {
                refuse(slot, Reason.Refused.SLOW_HELLO, StreamErrors.TOO_SLOW);
            } else if (!slot.stream().alive()) {
                pool.retireEnded(slot);
            }
        }
    }

    /** Gives up everything that is on its way. */
    void giveUp(Reason.Evicted reason) {
        pending.keySet().forEach(slot -> pool.retire(slot, reason));
    }
}
