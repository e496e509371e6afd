package io.quicpool.core;

import io.quicpool.PoolListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Tells listeners what happens: each has its own queue, so that one that blocks holds up nobody but itself. */
final class Listeners {

    private static final int LONGEST_QUEUE = 1024;

    private final String poolName;
    private final Executor workers;
    private final Logger log;
    private final Map<PoolListener, Mailbox> mailboxes = new ConcurrentHashMap<>();

    Listeners(String poolName, Executor workers, Logger log) {
        this.poolName = poolName;
        this.workers = workers;
        this.log = log;
    }

    void add(PoolListener listener) {
        mailboxes.putIfAbsent(listener, new Mailbox(listener));
    }

    void remove(PoolListener listener) {
        mailboxes.remove(listener);
    }

    /** Tells every listener, in the order of calls. Returns at once. */
    void tell(Consumer<PoolListener> event) {
        mailboxes.values().forEach(mailbox -> mailbox.put(event));
    }

    /** The events that one listener has not been told yet; at most one worker empties it at a time. */
    private final class Mailbox implements Runnable {

        private final PoolListener listener;
        private final Queue<Consumer<PoolListener>> events = new ConcurrentLinkedQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();
        private final AtomicBoolean emptied = new AtomicBoolean();
        private final AtomicBoolean warned = new AtomicBoolean();

        Mailbox(PoolListener listener) {
            this.listener = listener;
        }

        void put(Consumer<PoolListener> event) {
            if (waiting.getAndUpdate(n -> n < LONGEST_QUEUE ? n + 1 : n) == LONGEST_QUEUE) {
                if (warned.compareAndSet(false, true)) {
                    log.log(Level.WARNING, "{0}: {1} is too slow, it misses events", poolName, listener);
                }
                return;
            }
            events.add(event);
            empty();
        }

        private void empty() {
            if (!emptied.compareAndSet(false, true)) {
                return;
            }
            try {
                workers.execute(this);
            } catch (RuntimeException | Error e) {
                // No thread to be had: the next event tries again.
                emptied.set(false);
                log.log(Level.WARNING, poolName + ": a listener cannot be told now", e);
            }
        }

        @Override
        public void run() {
            for (Consumer<PoolListener> event = events.poll(); event != null; event = events.poll()) {
                waiting.decrementAndGet();
                tell(event);
            }
            emptied.set(false);
            // One may have come after the last look, and found this still at work.
            if (!events.isEmpty()) {
                empty();
            }
        }

        // A listener is foreign code: whatever it throws ends with it.
        @SuppressWarnings("CatchingUnchecked")
        private void tell(Consumer<PoolListener> event) {
            try {
                event.accept(listener);
            } catch (Exception | Error e) {
                log.log(Level.WARNING, poolName + ": a listener threw", e);
            }
        }
    }
}
