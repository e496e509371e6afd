package io.quicpool.core.handlers;

import io.quicpool.Request;
import io.quicpool.RequestHandler;
import io.quicpool.RequestObserver.End;
import io.quicpool.StreamErrors;
import io.quicpool.TlsSession;
import io.quicpool.core.report.Reason;
import io.quicpool.core.report.RequestEvents;
import io.quicpool.core.streams.Lease;
import io.quicpool.core.streams.WholeMessage;
import io.quicpool.core.threads.PoolThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole request from a stream, passes it to a {@link RequestHandler}, and writes the answer.
 *
 * <pre>
 * RECEIVING --FIN--&gt; READY --run--&gt; RUNNING --handler returns--&gt; PENDING --stage completes--&gt; WRITING --&gt; ENDED
 *     \----------------\---------------\-----the client or the pool gives up-----\--------------------^
 * </pre>
 *
 * <p>Each transition is a compare-and-set. Who moves it to ENDED ends the stream. The place is given back then, or when the handler
 * returns, whichever is later.
 */
final class RequestUse implements Dispatcher.Use, WholeMessage.Receiver {

    private enum State {
        RECEIVING,
        READY,
        RUNNING,
        PENDING,
        WRITING,
        ENDED
    }

    /** What all uses of a handler have in common. */
    record Setup(RequestHandler handler, HandlerEnd end, PoolThreads threads, int maxBytes, Duration readTimeout) {

        Dispatcher.Use of(Lease lease, Runnable release, Runnable serveNext) {
            return new RequestUse(this, lease, release, serveNext);
        }
    }

    private final Setup setup;
    private final Lease lease;
    private final Runnable release;
    private final Runnable serveNext;
    private final AtomicReference<State> state = new AtomicReference<>(State.RECEIVING);
    private volatile @Nullable Runnable ready;
    private volatile @Nullable Received request;
    private volatile @Nullable Future<?> timer;
    private volatile @Nullable CompletionStage<byte[]> stage;
    private volatile @Nullable Thread runner;
    // Null before all of the request has come, and when nobody follows it.
    private volatile @Nullable RequestEvents events;

    RequestUse(Setup setup, Lease lease, Runnable release, Runnable serveNext) {
        this.setup = setup;
        this.lease = lease;
        this.release = release;
        this.serveNext = serveNext;
    }

    private static final class Received implements Request {

        private final byte[] bytes;
        private final Lease lease;

        Received(byte[] bytes, Lease lease) {
            this.bytes = bytes;
            this.lease = lease;
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return lease.remoteAddress();
        }

        @Override
        public TlsSession tlsSession() {
            return lease.tlsSession();
        }
    }

    // ---- receiving

    @Override
    public boolean begin(Runnable whenReady) {
        ready = whenReady;
        lease.slot().stream().whenStopped(this::stopped);
        new WholeMessage(lease.slot().stream(), setup.maxBytes, this).start();
        if (state.get() == State.RECEIVING && !setup.readTimeout.isZero()) {
            timer = setup.threads.decideAfter(setup.readTimeout, this::tooSlow);
            if (state.get() != State.RECEIVING) {
                cancelTimer();
            }
        }
        return false;
    }

    private void cancelTimer() {
        Future<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
        }
    }

    @Override
    public void received(byte[] message) {
        request = new Received(message, lease);
        events = setup.end.metrics().requested();
        Runnable next = ready;
        if (state.compareAndSet(State.RECEIVING, State.READY) && next != null) {
            cancelTimer();
            next.run();
        } else {
            // It has ended meanwhile.
            ended(End.CANCELLED);
        }
    }

    @Override
    public void refused() {
        ended(End.REFUSED);
    }

    @Override
    public void tooLarge() {
        refuse(Reason.Refused.LARGE_REQUEST, StreamErrors.TOO_LARGE);
    }

    private void tooSlow() {
        refuse(Reason.Refused.SLOW_CLIENT, StreamErrors.TOO_SLOW);
    }

    private void refuse(Reason.Refused reason, long code) {
        if (state.compareAndSet(State.RECEIVING, State.ENDED)) {
            setup.end.refusals().record(reason, lease.remoteAddress());
            cancelTimer();
            lease.reset(code);
            done();
        }
    }

    @Override
    public void failed(IOException cause) {
        stopped();
    }

    // Nobody waits for the answer any more: the client has reset or stopped the stream, the connection is lost, or the
    // pool closes.
    private void stopped() {
        State before = state.getAndUpdate(now -> now == State.WRITING ? now : State.ENDED);
        if (before == State.WRITING || before == State.ENDED) {
            // The write fails by itself.
            return;
        }
        cancelTimer();
        lease.reset(StreamErrors.CANCELLED);
        ended(End.CANCELLED);
        if (before == State.PENDING) {
            cancelStage();
        }
        if (before == State.RECEIVING || before == State.PENDING) {
            done();
        }
    }

    // Not on the engine's thread, because the dependents of the stage may block.
    private void cancelStage() {
        CompletionStage<byte[]> pending = stage;
        if (pending != null) {
            setup.threads.workers().execute(() -> {
                try {
                    pending.toCompletableFuture().cancel(false);
                } catch (UnsupportedOperationException e) {
                    // It cannot be cancelled.
                }
            });
        }
    }

    private void ended(End end) {
        RequestEvents told = events;
        if (told != null) {
            told.ended(end);
        }
    }

    private void done() {
        release.run();
        serveNext.run();
    }

    // ---- the handler

    // A handler is user code. Whatever it throws ends only its stream.
    @SuppressWarnings("CatchingUnchecked")
    @Override
    public void run() {
        Received whole = request;
        if (whole == null || !state.compareAndSet(State.READY, State.RUNNING)) {
            done();
            return;
        }
        runner = Thread.currentThread();
        try {
            CompletionStage<byte[]> answer = answer(whole);
            stage = answer;
            request = null;
            if (state.compareAndSet(State.RUNNING, State.PENDING)) {
                var unused = answer.whenComplete(this::completed);
            } else {
                cancelStage();
                done();
            }
        } catch (InterruptedException e) {
            setup.end.interrupted(e);
            handlerFailed();
        } catch (Exception | Error e) {
            setup.end.threw(e);
            handlerFailed();
        } finally {
            runner = null;
        }
    }

    private CompletionStage<byte[]> answer(Request whole) throws Exception {
        RequestEvents told = events;
        if (told != null) {
            told.handlerStarts();
        }
        try {
            return Objects.requireNonNull(setup.handler.answer(whole), "the handler returned no stage");
        } finally {
            if (told != null) {
                told.handlerReturns();
            }
        }
    }

    private void handlerFailed() {
        state.set(State.ENDED);
        ended(End.FAILED);
        lease.reset(StreamErrors.HANDLER_FAILED);
        done();
    }

    // ---- the answer; on any thread

    private void completed(byte @Nullable [] answer, @Nullable Throwable failure) {
        if (!state.compareAndSet(State.PENDING, State.WRITING)) {
            return;
        }
        if (answer == null) {
            setup.end.threw(cause(failure));
            handlerFailed();
        } else if (answer.length <= Lease.MAX_UNBLOCKED || Thread.currentThread() == runner) {
            write(answer);
        } else {
            try {
                setup.threads.handlers().execute(() -> write(answer));
            } catch (RejectedExecutionException e) {
                // The pool is closed.
                handlerFailed();
            }
        }
    }

    private static Throwable cause(@Nullable Throwable failure) {
        if (failure == null) {
            return new NullPointerException("the handler answered null");
        }
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private void write(byte[] answer) {
        boolean written = false;
        try {
            lease.writeLast(answer);
            written = true;
        } catch (IOException e) {
            setup.end.log().debug("the answer on stream " + lease.id() + " was not written: " + e.getMessage());
        } finally {
            state.set(State.ENDED);
            setup.end.end(lease, written);
            ended(written ? End.ANSWERED : End.LOST);
            done();
        }
    }
}
