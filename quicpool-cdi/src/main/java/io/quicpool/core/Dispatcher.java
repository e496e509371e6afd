package io.quicpool.core;

import io.quicpool.StreamErrors;
import io.quicpool.StreamHandler;
import io.quicpool.config.HandlerConfig;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.Printable;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Client-led use: gives an idle stream whose first byte arrives to the handler. So many run at a time and so many streams wait as
 * {@link HandlerConfig} says, in fair shares for all clients ({@link FairLimiter}); what is beyond that is reset and counted.
 *
 * <pre>
 * stream spoken to --enter--&gt; SERVED --execute--&gt; handler --leave--&gt; next
 *                     \-----&gt; WAITS ---next---^      \-- the executor takes no more --&gt; own threads, or reset
 *                      \----&gt; FULL: reset
 * </pre>
 */
final class Dispatcher {

    private final CoreServerPool pool;
    private final StreamHandler handler;
    private final Executor executor;
    // Where it runs when the executor takes no more; null for nowhere.
    private final @Nullable Executor otherwise;
    private final FairLimiter<Connection, Call> places;
    private final AtomicBoolean inCallerTold = new AtomicBoolean();

    Dispatcher(CoreServerPool pool, StreamHandler handler, Executor executor, HandlerConfig config) {
        this.pool = pool;
        this.handler = handler;
        this.executor = executor;
        // A container may stop its executor before the application, and with it the pool, has ended.
        this.otherwise = config.executor() == HandlerExecutor.CONTAINER ? pool.threads.handlers() : null;
        this.places = new FairLimiter<>(config.max(), config.queue());
    }

    /** How many handlers run. */
    int running() {
        return places.served();
    }

    /** How many streams wait for a handler. */
    int waiting() {
        return places.waiting();
    }

    // On an engine thread.
    void spoken(Slot slot) {
        if (!pool.stock.take(slot)) {
            return;
        }
        Call call = new Call(pool.handOut(slot));
        switch (places.enter(call.client, call)) {
            case SERVED -> begin(call);
            case WAITS -> slot.stream().whenEnded(call::peerEnded);
            case FULL -> call.refuse();
        }
    }

    /** Gives free places to those that wait; for what an error has kept from it. Now and then. */
    void serveNext() {
        for (Call call = places.next(); call != null; call = places.next()) {
            begin(call);
        }
    }

    // The call has its place.
    private void begin(Call call) {
        if (!executed(call)) {
            places.leave(call.client);
            call.refuse();
        }
    }

    private boolean executed(Call call) {
        return executed(call, executor) || (otherwise != null && executed(call, otherwise));
    }

    // Gives free places to those that wait. When the executor takes no more, this thread of it should go on with
    // the one that is returned.
    private @Nullable Call onward() {
        for (Call call = places.next(); call != null; call = places.next()) {
            if (!executed(call)) {
                return call;
            }
        }
        return null;
    }

    // Whatever an executor throws: it has stopped, is full, or has no memory for a thread.
    @SuppressWarnings("CatchingUnchecked")
    private static boolean executed(Call call, Executor executor) {
        call.submitter = Thread.currentThread();
        try {
            executor.execute(call);
            return true;
        } catch (RuntimeException | Error e) {
            return call.begun.get();
        } finally {
            call.submitter = null;
        }
    }

    /** A stream on its way to the handler. */
    private final class Call implements Runnable {

        private final Lease lease;
        private final Connection client;
        // Whoever sets it decides what becomes of the stream: an executor may throw and run the task all the same.
        private final AtomicBoolean begun = new AtomicBoolean();
        private volatile @Nullable Thread submitter;

        private Call(Lease lease) {
            this.lease = lease;
            this.client = lease.slot().stream().connection();
        }

        // What has arrived before a connection was lost can still be read; what the peer has reset cannot.
        private void peerEnded() {
            if (lease.slot().stream().peerError() >= 0 && places.giveUp(client, this)) {
                lease.reset(StreamErrors.RETIRED);
            }
        }

        private void refuse() {
            if (begun.compareAndSet(false, true)) {
                try {
                    if (!pool.ending()) {
                        pool.refused(Reason.Refused.HANDLER_BUSY, client.remoteAddress());
                    }
                } finally {
                    lease.reset(pool.ending() ? StreamErrors.CLOSING : StreamErrors.HANDLER_BUSY);
                }
            }
        }

        @Override
        public void run() {
            if (submitter == Thread.currentThread() && executor != pool.threads.handlers()) {
                inCaller();
                return;
            }
            for (Call call = this; call != null && call.begun.compareAndSet(false, true); call = onward()) {
                try {
                    call.serve();
                } finally {
                    places.leave(call.client);
                }
            }
        }

        private void serve() {
            // Not what the pool has ended while it waited: it closes.
            if (lease.slot().isTaken()) {
                handle(lease);
            }
        }

        // The thread of the engine would be held up by the handler, and with it all streams.
        private void inCaller() {
            if (inCallerTold.compareAndSet(false, true)) {
                pool.log.log(
                        Level.WARNING,
                        "{0}: the executor of the handler runs tasks in the calling thread: they run on threads of the pool instead",
                        pool.name);
            }
            pool.threads.handlers().execute(this);
        }
    }

    // A handler is foreign code: whatever it throws costs its stream only.
    @SuppressWarnings("CatchingUnchecked")
    private void handle(Lease lease) {
        boolean returned = false;
        try {
            handler.handle(lease);
            returned = true;
        } catch (IOException e) {
            // The peer has gone, or gave up: its business.
            pool.log.log(Level.DEBUG, "{0}: {1}: {2}", pool.name, lease.id(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!pool.ending()) {
                threw(e);
            }
        } catch (Exception | Error e) {
            threw(e);
        } finally {
            end(lease, returned);
        }
    }

    private void threw(Throwable e) {
        pool.metrics.error(e);
        try {
            pool.log.log(Level.WARNING, pool.name + ": the handler threw", Printable.cause(e));
        } catch (OutOfMemoryError again) {
            // Nor is there any memory to say so.
        }
    }

    private void end(Lease lease, boolean returned) {
        boolean slow = lease.timedOut();
        if (slow) {
            pool.refused(Reason.Refused.SLOW_CLIENT, lease.remoteAddress());
        }
        if (returned) {
            lease.close();
        } else {
            lease.reset(slow ? StreamErrors.TOO_SLOW : StreamErrors.HANDLER_FAILED);
        }
    }
}
