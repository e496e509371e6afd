package io.quicpool.core.handlers;

import io.quicpool.RequestHandler;
import io.quicpool.StreamHandler;
import io.quicpool.config.HandlerConfig;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.TakenBy;
import io.quicpool.core.threads.PoolThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Watches the idle streams of a server pool until a client writes on one, and passes that to the {@link Dispatcher} of
 * the handler. Without a handler it may warn. Watching a stream costs no thread. Thread-safe.
 */
public final class ClientLedUse {

    private final PoolStreams streams;
    private final PoolThreads threads;
    private final PoolLog log;
    private final RefusalLog refusals;
    private final HandlerEnd end;
    private final AtomicReference<@Nullable Dispatcher> dispatcher = new AtomicReference<>();
    private final NoHandlerWarning noHandlerWarning;

    /** Makes the client-led use of a pool that has no handler yet. */
    public ClientLedUse(PoolStreams streams, PoolThreads threads, PoolLog log, Metrics metrics, RefusalLog refusals) {
        this.streams = streams;
        this.threads = threads;
        this.log = log;
        this.refusals = refusals;
        this.end = new HandlerEnd(streams, log, metrics, refusals);
        this.noHandlerWarning = new NoHandlerWarning(streams.index(), log);
    }

    /** Sets the handler of streams, which must be the first. */
    public void serve(StreamHandler handler, Executor executor, HandlerConfig config) {
        start(
                (lease, release, serveNext) -> new StreamUse(handler, end, lease, release),
                TakenBy.handler(handler.getClass()),
                executor,
                config);
    }

    /** Sets the handler of requests, which must be the first. */
    public void answer(RequestHandler handler, Executor executor, ServerPoolConfig config) {
        RequestUse.Setup setup = new RequestUse.Setup(
                handler,
                end,
                threads,
                config.maxRequestBytes(),
                config.streamTimeouts().read());
        start(setup::of, TakenBy.handler(handler.getClass()), executor, config.handlers());
    }

    private void start(Dispatcher.Uses uses, TakenBy takenBy, Executor executor, HandlerConfig config) {
        Dispatcher first = new Dispatcher(streams, threads.handlers(), log, refusals, uses, takenBy, executor, config);
        if (!dispatcher.compareAndSet(null, first)) {
            throw new IllegalStateException(log.pool() + ": there is a handler already");
        }
        // For streams that came before the handler. To watch a stream twice does no harm.
        watchAll();
    }

    /** A stream got its id. Any thread. */
    public void delivered(Slot slot) {
        if (dispatcher.get() != null || noHandlerWarning.isPossible()) {
            watch(slot);
        }
    }

    public boolean hasHandler() {
        return dispatcher.get() != null;
    }

    /** The first byte of a request has come, on a stream that never was idle. On an engine thread. */
    public void requested(Slot slot) {
        Dispatcher current = dispatcher.get();
        if (current == null) {
            streams.refuseRequest(slot);
        } else {
            current.dispatchRequest(slot);
        }
    }

    /** The pool was resumed: watches the streams on which clients wrote meanwhile. */
    public void resumed() {
        if (dispatcher.get() != null) {
            watchAll();
        }
    }

    private void watchAll() {
        streams.index().oldestFirst().forEach(this::watch);
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
    public int running() {
        Dispatcher current = dispatcher.get();
        return current == null ? 0 : current.running();
    }

    /** How many streams wait for a handler. */
    public int waiting() {
        Dispatcher current = dispatcher.get();
        return current == null ? 0 : current.waiting();
    }

    /** Serves streams that an error has left behind, or warns of a missing handler. Timer thread. */
    public void check() {
        Dispatcher current = dispatcher.get();
        if (current != null) {
            current.serveNext();
        } else {
            noHandlerWarning.check();
        }
    }
}
