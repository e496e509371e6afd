package io.quicpool.core;

import io.quicpool.StreamHandler;
import io.quicpool.config.HandlerConfig;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Watches the idle streams of a server pool until a client writes on one, and passes that to the {@link Dispatcher} of
 * the handler. Without a handler it may warn. Watching a stream costs no thread. Thread-safe.
 */
final class ClientLedUse {

    private final CoreServerPool pool;
    private final AtomicReference<@Nullable Dispatcher> dispatcher = new AtomicReference<>();
    private final NoHandlerWarning noHandlerWarning;

    ClientLedUse(CoreServerPool pool) {
        this.pool = pool;
        this.noHandlerWarning = new NoHandlerWarning(pool);
    }

    /** Sets the handler, which must be the first. */
    void serve(StreamHandler handler, Executor executor, HandlerConfig config) {
        if (!dispatcher.compareAndSet(null, new Dispatcher(pool, handler, executor, config))) {
            throw new IllegalStateException(pool.label() + ": there is a handler already");
        }
        // For streams that came before the handler. To watch a stream twice does no harm.
        watchAll();
    }

    /** A stream got its id. Any thread. */
    void delivered(Slot slot) {
        if (dispatcher.get() != null || noHandlerWarning.isPossible()) {
            watch(slot);
        }
    }

    /** The pool was resumed: watches the streams on which clients wrote meanwhile. */
    void resumed() {
        if (dispatcher.get() != null) {
            watchAll();
        }
    }

    private void watchAll() {
        pool.idleStreams.oldestFirst().forEach(this::watch);
    }

    private void watch(Slot slot) {
        slot.stream().whenReadable(1, () -> firstByteArrived(slot));
    }

    // On an engine thread. A client has written on an idle stream, or has answered a caller.
    private void firstByteArrived(Slot slot) {
        Dispatcher current = dispatcher.get();
        if (current != null) {
            current.dispatch(slot);
        } else if (slot.isIdle()) {
            noHandlerWarning.notServed(slot);
        }
    }

    /** How many handlers run. */
    int running() {
        Dispatcher current = dispatcher.get();
        return current == null ? 0 : current.running();
    }

    /** How many streams wait for a handler. */
    int waiting() {
        Dispatcher current = dispatcher.get();
        return current == null ? 0 : current.waiting();
    }

    /** Serves streams that an error has left behind, or warns of a missing handler. Timer thread. */
    void check() {
        Dispatcher current = dispatcher.get();
        if (current != null) {
            current.serveNext();
        } else {
            noHandlerWarning.check();
        }
    }
}
