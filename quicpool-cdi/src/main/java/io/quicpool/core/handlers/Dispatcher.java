package io.quicpool.core.handlers;

import io.quicpool.StreamErrors;
import io.quicpool.StreamHandler;
import io.quicpool.config.HandlerConfig;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.Printable;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.TakenBy;
import io.quicpool.transport.Connection;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Client-led use: passes each stream on which a client writes to the handler. {@link HandlerConfig} bounds how many run
 * and how many streams wait. {@link FairLimiter} shares both between clients. Further streams are reset and counted.
 *
 * <pre>
 * first byte --enter--&gt; SERVED --execute--&gt; handler --release--&gt; next
 *                 \-----&gt; WAITS ---next----^     \-- executor rejects --&gt; fallback, or reset
 *                  \----&gt; FULL: reset
 * </pre>
 */
final class Dispatcher {

    private final PoolStreams streams;
    private final Executor poolThreads;
    private final PoolLog log;
    private final Metrics metrics;
    private final RefusalLog refusals;
    private final StreamHandler handler;
    private final TakenBy takenBy;
    private final Executor executor;
    // Runs calls that the executor rejects. Null when they are reset.
    private final @Nullable Executor fallback;
    private final FairLimiter<Connection, Call> limiter;
    private final AtomicBoolean warnedOfCallerRuns = new AtomicBoolean();

    Dispatcher(
            PoolStreams streams,
            Executor poolThreads,
            PoolLog log,
            Metrics metrics,
            RefusalLog refusals,
            StreamHandler handler,
            Executor executor,
            HandlerConfig config) {
        this.streams = streams;
        this.poolThreads = poolThreads;
        this.log = log;
        this.metrics = metrics;
        this.refusals = refusals;
        this.handler = handler;
        this.takenBy = TakenBy.handler(handler.getClass());
        this.executor = executor;
        // A container may stop its executor before the application, and its pool, have ended.
        this.fallback = config.executor() == HandlerExecutor.CONTAINER ? poolThreads : null;
        this.limiter = new FairLimiter<>(config.max(), config.queue());
    }

    /** How many handlers run. */
    int running() {
        return limiter.served();
    }

    /** How many streams wait for a handler. */
    int waiting() {
        return limiter.waiting();
    }

    // On an engine thread.
    void dispatch(Slot slot) {
        if (!streams.index().take(slot)) {
            return;
        }
        Call call = new Call(streams.lease(slot, takenBy));
        switch (limiter.enter(call.client, call)) {
            case SERVED -> execute(call);
            case WAITS -> slot.stream().whenEnded(call::peerEnded);
            case FULL -> call.refuse();
        }
    }

    /** Gives free places to waiting streams that an error has left behind. Called in each periodic check. */
    void serveNext() {
        for (Call call = limiter.next(); call != null; call = limiter.next()) {
            execute(call);
        }
    }

    // The call has its place.
    private void execute(Call call) {
        if (!tryExecute(call)) {
            limiter.release(call.client);
            call.refuse();
        }
    }

    private boolean tryExecute(Call call) {
        return tryExecute(call, executor) || (fallback != null && tryExecute(call, fallback));
    }

    // Gives free places to waiting streams. Returns a call that the executor rejected, which this thread of the
    // executor should run.
    private @Nullable Call executeNext() {
        for (Call call = limiter.next(); call != null; call = limiter.next()) {
            if (!tryExecute(call)) {
                return call;
            }
        }
        return null;
    }

    // An executor may have stopped, be full, or have no memory for a thread. It may throw anything.
    @SuppressWarnings("CatchingUnchecked")
    private static boolean tryExecute(Call call, Executor executor) {
        call.submitter = Thread.currentThread();
        try {
            executor.execute(call);
            return true;
        } catch (RuntimeException | Error e) {
            return call.claimed.get();
        } finally {
            call.submitter = null;
        }
    }

    /** A stream on its way to the handler. */
    private final class Call implements Runnable {

        private final Lease lease;
        private final Connection client;
        // The thread that sets it decides the fate of the stream, because an executor may throw and still run the task.
        private final AtomicBoolean claimed = new AtomicBoolean();
        private volatile @Nullable Thread submitter;

        private Call(Lease lease) {
            this.lease = lease;
            this.client = lease.slot().stream().connection();
        }

        // Data that arrived before a connection was lost can still be read. A stream that the peer has reset cannot.
        private void peerEnded() {
            if (lease.slot().stream().peerError() >= 0 && limiter.cancel(client, this)) {
                lease.reset(StreamErrors.RETIRED);
            }
        }

        private void refuse() {
            if (claimed.compareAndSet(false, true)) {
                try {
                    if (!streams.isClosing()) {
                        refusals.record(Reason.Refused.HANDLER_BUSY, client.remoteAddress());
                    }
                } finally {
                    lease.reset(streams.isClosing() ? StreamErrors.CLOSING : StreamErrors.HANDLER_BUSY);
                }
            }
        }

        @Override
        public void run() {
            if (submitter == Thread.currentThread() && executor != poolThreads) {
                moveToPoolThread();
                return;
            }
            for (Call call = this; call != null && call.claimed.compareAndSet(false, true); call = executeNext()) {
                try {
                    call.serve();
                } finally {
                    limiter.release(call.client);
                }
            }
        }

        private void serve() {
            // A closing pool has ended it meanwhile.
            if (lease.slot().isTaken()) {
                handle(lease);
            }
        }

        // The handler would block the engine's thread, and with it all streams.
        private void moveToPoolThread() {
            if (warnedOfCallerRuns.compareAndSet(false, true)) {
                log.warning(
                        "the handler's executor runs tasks in the calling thread; the pool's own threads run them instead");
            }
            poolThreads.execute(this);
        }
    }

    // A handler is user code. Whatever it throws ends only its stream.
    @SuppressWarnings("CatchingUnchecked")
    private void handle(Lease lease) {
        boolean returned = false;
        try {
            handler.handle(lease);
            returned = true;
        } catch (IOException e) {
            // The peer has disconnected or reset the stream.
            log.debug("the handler of stream " + lease.id() + " ended: " + Metrics.text(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!streams.isClosing()) {
                handlerThrew(e);
            }
        } catch (Exception | Error e) {
            handlerThrew(e);
        } finally {
            endStream(lease, returned);
        }
    }

    private void handlerThrew(Throwable e) {
        metrics.error(e);
        try {
            log.warning("the handler threw an exception", Printable.cause(e));
        } catch (OutOfMemoryError again) {
            // There is no memory for the message either.
        }
    }

    private void endStream(Lease lease, boolean returned) {
        boolean slow = lease.timedOut();
        if (slow) {
            refusals.record(Reason.Refused.SLOW_CLIENT, lease.remoteAddress());
        }
        if (returned) {
            lease.close();
        } else {
            lease.reset(slow ? StreamErrors.TOO_SLOW : StreamErrors.HANDLER_FAILED);
        }
    }
}
