package io.quicpool.core.exchange;

import io.quicpool.StreamErrors;
import io.quicpool.StreamId;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.clients.FairShares;
import io.quicpool.core.clients.ServerConnection;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.Hello;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.threads.PoolThreads;
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
import org.jspecify.annotations.Nullable;

/**
 * The server's half of the id exchange. Waits for the hello of a stream, gives it an id and delivers it as an idle
 * stream. Waiting costs no thread; how many wait, and for how long, is bounded. A stream whose hello arrives when the
 * pool is full waits in {@link HelloQueue}: that is not a failure.
 */
public final class Admission {

    /** What the pool does. */
    public interface Owner {

        /** How many idle streams it may hold. Any thread. */
        int capacity();

        /** A stream got its id. Any thread. */
        void delivered(Slot slot);

        /** Whether there is a handler for requests that come on streams without an id. Any thread. */
        boolean takesRequests();

        /** The first byte of a request is there, on a stream that the client has no id for. On an engine thread. */
        void requested(Slot slot);
    }

    /**
     * Maximum wait in the queue. Then the stream gets its id and a FIN. A client of the Go package closes its
     * connection when an id takes a minute, but reads id and FIN as a stream that its peer has closed.
     */
    private static final Duration MAX_WAIT = Duration.ofSeconds(45);

    private final PoolStreams streams;
    private final PoolThreads threads;
    private final Metrics metrics;
    private final RefusalLog refusals;
    private final ServerPoolConfig config;
    private final Owner owner;
    private final SecureRandom random = new SecureRandom();
    private final Map<Slot, ServerConnection> pending = new ConcurrentHashMap<>();
    private final AtomicInteger pendingCount = new AtomicInteger();
    // Streams between their hello and the idle streams. They count as idle already, else two could get the last place.
    private final AtomicInteger admitting = new AtomicInteger();
    private final HelloQueue queue = new HelloQueue();
    private final AtomicBoolean servePending = new AtomicBoolean();

    /** Makes the exchange of a pool that has no streams yet. */
    public Admission(
            PoolStreams streams,
            PoolThreads threads,
            Metrics metrics,
            RefusalLog refusals,
            ServerPoolConfig config,
            Owner owner) {
        this.streams = streams;
        this.threads = threads;
        this.metrics = metrics;
        this.refusals = refusals;
        this.config = config;
        this.owner = owner;
    }

    public int opening() {
        return pendingCount.get() + queue.size();
    }

    /** A client opened a stream. */
    public void opened(EngineStream stream, ServerConnection client) {
        Slot slot = new Slot(stream, streams.generation(), System.nanoTime());
        if (!addPending(slot, client)) {
            refusals.record(Reason.Refused.PENDING_HELLOS, address(slot));
            stream.reset(StreamErrors.SERVER_FULL);
            return;
        }
        stream.whenEnded(() -> streams.evictEnded(slot));
        if (streams.isClosing()) {
            streams.evict(slot, Reason.Evicted.CLOSED);
            return;
        }
        stream.whenReadable(1, () -> readHello(slot, client));
    }

    private boolean addPending(Slot slot, ServerConnection client) {
        int max = config.maxPendingHellos();
        // One client may have half of them, so that another can always start.
        int ofAll = pendingCount.incrementAndGet();
        int ofClient = client.pendingHellos.incrementAndGet();
        boolean fits = ofAll <= max && ofClient <= Math.max(1, max / 2);
        pending.put(slot, client);
        if (!fits) {
            remove(slot);
        }
        return fits;
    }

    private void remove(Slot slot) {
        removePending(slot);
        queue.remove(slot);
    }

    // The stream no longer counts as waiting for its hello. Returns its client, once for each stream that was added.
    private @Nullable ServerConnection removePending(Slot slot) {
        ServerConnection client = pending.remove(slot);
        if (client != null) {
            pendingCount.decrementAndGet();
            client.pendingHellos.decrementAndGet();
        }
        return client;
    }

    private static InetSocketAddress address(Slot slot) {
        return slot.stream().connection().remoteAddress();
    }

    // On an engine thread. The byte has arrived, so this does not block.
    private void readHello(Slot slot, ServerConnection client) {
        int hello;
        try {
            hello = slot.stream().input().read();
        } catch (IOException e) {
            streams.evictEnded(slot);
            return;
        }
        switch (hello) {
            case Hello.ID -> admitOrEnqueue(slot, client);
            case Hello.ASK -> answerAsk(slot);
            case Hello.REQUEST -> slot.stream().whenReadable(1, () -> admitRequest(slot, client));
            default -> refuse(slot, Reason.Refused.BAD_HELLO, StreamErrors.PROTOCOL);
        }
    }

    // ---- requests without an id

    private void answerAsk(Slot slot) {
        if (streams.index().evictOpening(slot)) {
            remove(slot);
            slot.stream().reset(owner.takesRequests() ? StreamErrors.WITHOUT_ID : StreamErrors.RETIRED);
        }
    }

    // On an engine thread. The client gets no id. This one is for the log and the handler of this side.
    private void admitRequest(Slot slot, ServerConnection client) {
        client.resetBeforeHello.set(0);
        registerRandomly(slot);
        remove(slot);
        owner.requested(slot);
    }

    // ---- ids

    private void admitOrEnqueue(Slot slot, ServerConnection client) {
        // Streams in the queue come first.
        if (!queue.isEmpty() || !reservePlace()) {
            enqueue(slot, client);
            return;
        }
        try {
            admit(slot, client);
        } finally {
            admitting.decrementAndGet();
        }
    }

    // ---- streams that wait for capacity

    private void enqueue(Slot slot, ServerConnection client) {
        if (!queue.add(client, slot, Math.max(1, config.maxPendingHellos() / 2))) {
            refuse(slot, Reason.Refused.SERVER_FULL, StreamErrors.SERVER_FULL);
            return;
        }
        removePending(slot);
        if (!slot.isOpening()) {
            // It was evicted before the queue contained it.
            queue.remove(slot);
        }
        // Capacity may have become free before the queue contained the stream.
        capacityFreed();
    }

    /** Whether a stream of this client is in the queue. */
    public boolean isQueued(ServerConnection client) {
        return queue.first(client) != null;
    }

    /** Serves the queue, as there may be capacity. Any thread. Costs nothing when the queue is empty. */
    public void capacityFreed() {
        if (!queue.isEmpty() && servePending.compareAndSet(false, true)) {
            try {
                threads.decide(() -> {
                    servePending.set(false);
                    serveQueue();
                });
            } catch (RuntimeException | Error e) {
                servePending.set(false);
                throw e;
            }
        }
    }

    // Timer thread.
    private void serveQueue() {
        while (!queue.isEmpty() && reservePlace()) {
            try {
                ServerConnection client = queue.next();
                Slot slot = client == null ? null : queue.first(client);
                if (client == null || slot == null) {
                    return;
                }
                client.addIdle();
                admit(slot, client);
                if (slot.isOpening()) {
                    // The pool is closing. The stream stays in the queue, where closing finds and evicts it.
                    return;
                }
                queue.remove(slot);
            } finally {
                admitting.decrementAndGet();
            }
        }
    }

    // Timer thread, each periodic check.
    private void checkQueue(FairShares shares) {
        if (queue.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        for (Slot slot : queue.all()) {
            if (!slot.stream().alive()) {
                streams.evictEnded(slot);
            } else if (now - slot.since() > MAX_WAIT.toNanos()) {
                timeOut(slot);
            }
        }
        serveQueue();
        ServerConnection withFewest = queue.next();
        if (withFewest != null && streams.index().idle() >= owner.capacity()) {
            shares.rebalance(withFewest, queue.size());
        }
    }

    private void timeOut(Slot slot) {
        ServerConnection client = queue.owner(slot);
        if (client == null) {
            return;
        }
        assignId(slot, client);
        if (streams.index().evictOpening(slot)) {
            queue.remove(slot);
            refusals.record(Reason.Refused.NO_PLACE, address(slot));
            try {
                slot.stream().output().write(slot.id().toBytes());
            } catch (IOException e) {
                // The stream has ended already.
            }
            slot.stream().close();
        } else {
            streams.index().unregister(slot);
        }
    }

    private boolean reservePlace() {
        if (admitting.incrementAndGet() + streams.index().idle() > owner.capacity()) {
            admitting.decrementAndGet();
            return false;
        }
        return true;
    }

    private void admit(Slot slot, ServerConnection client) {
        assignId(slot, client);
        try {
            // Write the id before delivery, because a caller may write as soon as the stream is idle. Register before
            // the write, because the client may ask for the stream as soon as it has the id.
            slot.stream().output().write(slot.id().toBytes());
        } catch (IOException e) {
            streams.evictEnded(slot);
            // It may have been evicted before it was registered. Then nobody else unregisters it.
            streams.index().unregister(slot);
            return;
        }
        if (streams.deliver(slot, System.nanoTime())) {
            remove(slot);
            owner.delivered(slot);
        } else {
            streams.index().unregister(slot);
        }
    }

    private void assignId(Slot slot, ServerConnection client) {
        client.resetBeforeHello.set(0);
        if (client.claimFirstId()) {
            slot.id(StreamId.FIRST);
            if (streams.index().register(slot)) {
                return;
            }
        }
        registerRandomly(slot);
    }

    private void registerRandomly(Slot slot) {
        do {
            slot.id(randomId());
        } while (!streams.index().register(slot));
    }

    private StreamId randomId() {
        int value = random.nextInt();
        return value == StreamId.FIRST.value() ? randomId() : new StreamId(value);
    }

    // Does nothing when the hello has arrived meanwhile: then the stream is idle and no longer counted here.
    private void refuse(Slot slot, Reason.Refused reason, long code) {
        if (streams.index().evictOpening(slot)) {
            remove(slot);
            metrics.openFailed();
            refusals.record(reason, address(slot));
            slot.stream().reset(code);
        }
    }

    /**
     * A slot was evicted before it had an id. A stream that ends with a FIN and without a byte is a keep-alive, not a
     * failure.
     */
    public void evicted(Slot slot, Reason.Evicted reason) {
        ServerConnection withoutHello = removePending(slot);
        queue.remove(slot);
        if (!reason.isIntended() && !slot.stream().finished()) {
            metrics.openFailed();
            // A flush of the client resets the streams that it was opening. More resets than that are not allowed.
            if (withoutHello != null
                    && reason == Reason.Evicted.PEER_ENDED
                    && withoutHello.resetBeforeHello.incrementAndGet() > IdRequest.MAX_OPENING) {
                refusals.record(Reason.Refused.NO_HELLO, address(slot));
            }
        }
    }

    /** Evicts streams that are overdue or dead. Timer thread. */
    public void sweep(FairShares shares) {
        long now = System.nanoTime();
        for (Slot slot : pending.keySet()) {
            if (!slot.stream().alive()) {
                // For example, its client has reset it. That is not a slow hello.
                streams.evictEnded(slot);
            } else if (now - slot.since() > config.helloTimeout().toNanos()) {
                refuse(slot, Reason.Refused.SLOW_HELLO, StreamErrors.TOO_SLOW);
            }
        }
        checkQueue(shares);
    }

    /** Evicts the matching streams that have no id yet. */
    public void evict(Reason.Evicted reason, Predicate<Slot> which) {
        Stream.concat(pending.keySet().stream(), queue.all().stream())
                .filter(which)
                .forEach(slot -> streams.evict(slot, reason));
    }
}
