package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Client-led use: gives an idle stream whose first byte arrives to the handler. */
final class Dispatcher {

    private final CoreServerPool pool;
    private final StreamHandler handler;
    private final Executor executor;

    Dispatcher(CoreServerPool pool, StreamHandler handler, Executor executor) {
        this.pool = pool;
        this.handler = handler;
        this.executor = executor;
    }

    /** A stream came into stock. Watching it costs no thread. */
    void watch(Slot slot) {
        slot.stream().whenReadable(1, () -> spoken(slot));
    }

    /** The same for every stream that is in stock now. */
    void watchAll() {
        pool.stock.oldestFirst().forEach(this::watch);
    }

    // On an engine thread.
    private void spoken(Slot slot) {
        if (!pool.stock.take(slot)) {
            return;
        }
        Lease lease = pool.handOut(slot);
        try {
            executor.execute(() -> handle(lease));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // Also where there is no memory for a thread.
            pool.refused(Reason.Refused.HANDLER_BUSY, slot.stream().connection().remoteAddress());
            lease.reset(StreamErrors.SERVER_FULL);
        }
    }

    // A handler is foreign code: whatever it throws costs its stream only.
    @SuppressWarnings("CatchingUnchecked")
    private void handle(Lease lease) {
        try {
            handler.handle(lease);
            lease.close();
        } catch (IOException e) {
            // The peer has gone, or gave up: its business.
            pool.log.log(Level.DEBUG, "{0}: {1}: {2}", pool.name, lease.id(), e.getMessage());
            failed(lease);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(lease);
        } catch (Exception | Error e) {
            pool.log.log(Level.WARNING, pool.name + ": the handler threw", e);
            pool.metrics.error(e);
            failed(lease);
        }
    }

    private static void failed(Lease lease) {
        lease.reset(StreamErrors.HANDLER_FAILED);
    }
}
