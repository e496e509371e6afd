package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server's half of the id exchange: waits for a stream's hello, gives it an id, brings it into stock. Any number wait
 * at a time without a thread of their own, but no more than are allowed, and none for ever.
 */
final class Admission {

    /** What the pool does about it. Any thread. */
    interface Owner {
        void delivered(Slot slot);
    }

    private final CorePool pool;
    private final Owner owner;
    private final ServerPoolConfig config;
    private final SecureRandom random = new SecureRandom();
    private final Set<Slot> pending = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waiting = new AtomicInteger();
    // Streams between their hello and the stock: they count as idle already, or two of them could share the last place.
    private final AtomicInteger entering = new AtomicInteger();

    Admission(CorePool pool, ServerPoolConfig config, Owner owner) {
        this.pool = pool;
        this.config = config;
        this.owner = owner;
    }

    int waiting() {
        return waiting.get();
    }

    /** A client has opened a stream. */
    void opened(EngineStream stream, Guest guest) {
        if (waiting.incrementAndGet() > config.maxPendingHellos()) {
            waiting.decrementAndGet();
            pool.metrics.refused(Reason.Refused.PENDING_HELLOS);
            stream.reset(StreamErrors.SERVER_FULL);
            return;
        }
        Slot slot = new Slot(stream, pool.generation(), System.nanoTime());
        pending.add(slot);
        stream.whenDead(() -> pool.retire(slot, Reason.Evicted.PEER_ENDED));
        if (pool.ending()) {
            pool.retire(slot, Reason.Evicted.CLOSED);
            return;
        }
        stream.whenReadable(1, () -> hello(slot, guest));
    }

    // On an engine thread: the byte is there, nothing of this blocks.
    private void hello(Slot slot, Guest guest) {
        try {
            if (slot.stream().input().read() != IdRequest.HELLO) {
                refuse(slot, Reason.Refused.BAD_HELLO, StreamErrors.PROTOCOL);
                return;
            }
        } catch (IOException e) {
            pool.retire(slot, Reason.Evicted.PEER_ENDED);
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
            pool.retire(slot, Reason.Evicted.PEER_ENDED);
            // When it was given up before it was announced: the map must not keep it.
            pool.stock.forget(slot);
            return;
        }
        if (pool.deliver(slot, System.nanoTime())) {
            pending.remove(slot);
            waiting.decrementAndGet();
            owner.delivered(slot);
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
            pool.metrics.refused(reason);
            slot.stream().reset(code);
        }
    }

    /** A slot was retired before it had its id. */
    void ended(Slot slot) {
        pending.remove(slot);
        waiting.decrementAndGet();
        pool.metrics.failed.increment();
    }

    /** Gives up what is overdue or dead. Timer thread. */
    void sweep() {
        long now = System.nanoTime();
        for (Slot slot : pending) {
            if (now - slot.since() > config.helloTimeout().toNanos()) {
                refuse(slot, Reason.Refused.SLOW_HELLO, StreamErrors.TOO_SLOW);
            } else if (!slot.stream().alive()) {
                pool.retire(slot, Reason.Evicted.PEER_ENDED);
            }
        }
    }

    /** Gives up everything that is on its way. */
    void giveUp(Reason.Evicted reason) {
        pending.forEach(slot -> pool.retire(slot, reason));
    }
}
