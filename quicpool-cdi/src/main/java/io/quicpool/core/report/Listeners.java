package io.quicpool.core.report;

import io.quicpool.PoolListener;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Calls the listeners of a pool. Each has its own queue, so that one that blocks delays no other. */
public final class Listeners {

    private static final int MAX_QUEUED = 1024;

    private final Executor workers;
    private final PoolLog log;
    private final Map<PoolListener, Mailbox> mailboxes = new ConcurrentHashMap<>();

    public Listeners(Executor workers, PoolLog log) {
        this.workers = workers;
        this.log = log;
    }

    public void add(PoolListener listener) {
        mailboxes.putIfAbsent(listener, new Mailbox(listener));
    }

    public void remove(PoolListener listener) {
        mailboxes.remove(listener);
    }

    /** Passes an event to every listener, in the order of calls. Does not block. */
    public void fire(Consumer<PoolListener> event) {
        mailboxes.values().forEach(mailbox -> mailbox.put(event));
    }

    /** The pending events of one listener. At most one worker delivers them at a time. */
    private final class Mailbox implements Runnable {

        private final PoolListener listener;
        private final Queue<Consumer<PoolListener>> events = new ConcurrentLinkedQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();
        private final AtomicBoolean draining = new AtomicBoolean();
        private final AtomicBoolean warned = new AtomicBoolean();

        Mailbox(PoolListener listener) {
            this.listener = listener;
        }

        // Not toString: that is code of the application and may throw.
        private String name() {
            return listener.getClass().getName();
        }

        void put(Consumer<PoolListener> event) {
            if (waiting.getAndUpdate(n -> n < MAX_QUEUED ? n + 1 : n) == MAX_QUEUED) {
                if (warned.compareAndSet(false, true)) {
                    log.warning("the listener " + name() + " is too slow and misses events");
                }
                return;
            }
            events.add(event);
            drain();
        }

        private void drain() {
            if (!draining.compareAndSet(false, true)) {
                return;
            }
            try {
                workers.execute(this);
            } catch (RuntimeException | Error e) {
                // There is no thread now. The next event tries again.
                draining.set(false);
                log.warning("no thread for the listener " + name() + "; it is called with the next event", e);
            }
        }

        @Override
        public void run() {
            for (Consumer<PoolListener> event = events.poll(); event != null; event = events.poll()) {
                waiting.decrementAndGet();
                deliver(event);
            }
            draining.set(false);
            // An event may have come after the last poll, while this was still draining.
            if (!events.isEmpty()) {
                drain();
            }
        }

        // A listener is user code. Whatever it throws ends with this event.
        @SuppressWarnings("CatchingUnchecked")
        private void deliver(Consumer<PoolListener> event) {
            try {
                event.accept(listener);
            } catch (Exception | Error e) {
                log.warning("the listener " + name() + " threw an exception", e);
            }
        }
    }
}
