package io.quicpool.core.handlers;

import io.quicpool.StreamErrors;
import io.quicpool.config.HandlerConfig;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RefusalLog;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.PoolStreams;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.TakenBy;
import io.quicpool.transport.Connection;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final RefusalLog refusals;
    private final Uses uses;
    private final TakenBy takenBy;
    private final Executor executor;
    // Runs calls that the executor rejects. Null when they are reset.
    private final @Nullable Executor fallback;
    private final FairLimiter<Connection, Call> limiter;
    private final AtomicBoolean warnedOfCallerRuns = new AtomicBoolean();
    private final AtomicInteger serving = new AtomicInteger();

    /** What a handler does with a stream that has its place. It gives the place back when the stream has ended. */
    interface Use {

        /**
         * Prepares the stream for the handler. Does not block.
         *
         * @param ready runs once when the handler can run, if that is later
         * @return whether the handler can run now
         */
        boolean begin(Runnable ready);

        /** Runs the handler. */
        void run();

        /** The handler does not run. The stream is reset next. */
        default void refused() {}
    }

    /** Makes the use of each stream. */
    interface Uses {

        /**
         * The use of one stream.
         *
         * @param release gives back its place
         * @param serveNext gives free places to waiting streams, for a place that was given back after {@link Use#run} has returned
         */
        Use of(Lease lease, Runnable release, Runnable serveNext);
    }

    Dispatcher(
            PoolStreams streams,
            Executor poolThreads,
            PoolLog log,
            RefusalLog refusals,
            Uses uses,
            TakenBy takenBy,
            Executor executor,
            HandlerConfig config) {
        this.streams = streams;
        this.poolThreads = poolThreads;
        this.log = log;
        this.refusals = refusals;
        this.uses = uses;
        this.takenBy = takenBy;
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
        if (streams.index().take(slot)) {
            enter(slot);
        }
    }

    // On an engine thread. The stream has no id at its client, and was never idle.
    void dispatchRequest(Slot slot) {
        if (streams.takeRequest(slot)) {
            enter(slot);
        } else {
            streams.refuseRequest(slot);
        }
    }

    private void enter(Slot slot) {
        Call call = new Call(streams.lease(slot, takenBy));
        switch (limiter.enter(call.client, call)) {
            case SERVED -> start(call);
            case WAITS -> slot.stream().whenEnded(call::peerEnded);
            case FULL -> call.refuse();
        }
    }

    /** Gives free places to waiting streams that an error has left behind. Called in each periodic check. */
    void serveNext() {
        // A call that ends at once gives its place back, which leads here again: the loop goes on instead.
        if (serving.getAndIncrement() > 0) {
            return;
        }
        int asked = 1;
        try {
            while (asked > 0) {
                for (Call call = limiter.next(); call != null; call = limiter.next()) {
                    start(call);
                }
                asked = serving.addAndGet(-asked);
            }
        } finally {
            if (asked > 0) {
                // After an error. The next periodic check goes on.
                serving.set(0);
            }
        }
    }

    // The call has its place.
    private void start(Call call) {
        if (call.use.begin(() -> execute(call))) {
            execute(call);
        }
    }

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
            Call next = call;
            if (call.use.begin(() -> execute(next)) && !tryExecute(call)) {
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
        private final Use use;
        // The thread that sets it decides the fate of the stream, because an executor may throw and still run the task.
        private final AtomicBoolean claimed = new AtomicBoolean();
        private volatile @Nullable Thread submitter;

        private Call(Lease lease) {
            this.lease = lease;
            this.client = lease.slot().stream().connection();
            this.use = uses.of(lease, () -> limiter.release(client), Dispatcher.this::serveNext);
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
                    use.refused();
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
                call.use.run();
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
}
