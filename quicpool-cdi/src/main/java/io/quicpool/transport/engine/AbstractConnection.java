package io.quicpool.transport.engine;

import io.quicpool.TlsSession;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of all engines have in common: the state, the handshake's results, the pool's listener, and the end. Any thread.
 *
 * <pre>
 * OPEN --lost--&gt; LOST --close--&gt; CLOSED
 *   \-----------close--------------^
 * </pre>
 *
 * <p>State and reason change together, by one compare-and-set. So only the first reason counts.
 */
public abstract class AbstractConnection implements Connection {

    private enum Phase {
        OPEN,
        LOST,
        CLOSED
    }

    private record State(Phase phase, String reason) {

        private static final State OPEN = new State(Phase.OPEN, "");

        private State closed() {
            return phase == Phase.CLOSED
                    ? this
                    : new State(Phase.CLOSED, phase == Phase.OPEN ? "closed on this side" : reason);
        }
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final CountDownLatch freed = new CountDownLatch(1);
    private volatile @Nullable HandshakeInfo handshake;
    private volatile ConnectionEvents events = EngineEvents.REJECT_ALL;
    // The reason of a loss, until a listener of the pool knows it.
    private final AtomicReference<@Nullable String> untold = new AtomicReference<>();

    // ---- what the engine adds

    /** Opens a stream while the connection is open. */
    protected abstract CompletionStage<EngineStream> open();

    /** Runs an event of the pool on a thread of the engine, by {@link EngineEvents#guarded}. */
    protected abstract void deliver(Runnable event);

    /** Ends all streams, because the connection is lost. Nothing for engines that end the streams first. */
    protected void endStreams() {}

    /** Closes the engine's connection, lost or not, and then calls {@link #freed}. Called once. */
    protected abstract void closeNow(long applicationErrorCode, String reason);

    // ---- the handshake

    /** The handshake is complete. */
    protected final void established(HandshakeInfo info) {
        handshake = info;
    }

    /** Whether the handshake is complete. */
    public final boolean isEstablished() {
        return handshake != null;
    }

    private HandshakeInfo handshake() {
        HandshakeInfo known = handshake;
        if (known == null) {
            throw new IllegalStateException("not established");
        }
        return known;
    }

    @Override
    public final InetSocketAddress localAddress() {
        return handshake().local();
    }

    @Override
    public final InetSocketAddress remoteAddress() {
        return handshake().remote();
    }

    @Override
    public final TlsSession tlsSession() {
        return handshake().tls();
    }

    @Override
    public final Duration idleTimeout() {
        return handshake().idleTimeout();
    }

    // ---- events

    /** Sets the listener of the pool, which learns of a loss that came before. Before, streams of the peer are reset. */
    public final void events(ConnectionEvents listener) {
        events = listener;
        if (untold.get() != null) {
            deliver(this::tellLoss);
        }
    }

    // The listener and the loss may come at the same time, in either order.
    private void tellLoss() {
        ConnectionEvents listener = events;
        String reason = listener == EngineEvents.REJECT_ALL ? null : untold.getAndSet(null);
        if (reason != null) {
            listener.lost(reason);
        }
    }

    /** The peer has opened a stream. On a thread of the engine. */
    public final void accepted(EngineStream stream) {
        EngineEvents.guarded(() -> events.accepted(stream));
    }

    /** The engine has told the peer to stop a stream that was closed here and not ended there. */
    public final void streamStopped() {
        EngineEvents.guarded(events::streamStopped);
    }

    @Override
    public final CompletionStage<EngineStream> openStream() {
        return alive() ? open() : CompletableFuture.failedFuture(explain(null));
    }

    // ---- the end

    @Override
    public final boolean alive() {
        return state.get().phase == Phase.OPEN;
    }

    /** Whether this side has closed the connection, maybe after it was lost. */
    protected final boolean isClosed() {
        return state.get().phase == Phase.CLOSED;
    }

    /** Why the connection is not alive; empty while it is. */
    public final String lostReason() {
        return state.get().reason;
    }

    /** The connection has ended, and not by {@link #close}. Tells the pool, unless it has ended before. */
    public final void lost(String reason) {
        State lost = new State(Phase.LOST, Printable.said(reason, CloseReason.MAX_LENGTH));
        if (state.compareAndSet(State.OPEN, lost)) {
            untold.set(lost.reason);
            endStreams();
            deliver(this::tellLoss);
        }
    }

    @Override
    public final void close(long applicationErrorCode, String reason) {
        if (markClosed()) {
            closeNow(applicationErrorCode, reason);
        }
    }

    /** This side has closed the connection. Returns whether for the first time. */
    protected final boolean markClosed() {
        return state.getAndUpdate(State::closed).phase != Phase.CLOSED;
    }

    /** All that the engine held for the closed connection is freed. */
    protected final void freed() {
        freed.countDown();
    }

    @Override
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        return freed.await(Deadline.nanos(timeout), TimeUnit.NANOSECONDS);
    }

    /** Turns a failure into an exception with a useful message: why the connection has ended, if it has. */
    public IOException explain(@Nullable Throwable cause) {
        State now = state.get();
        if (now.phase != Phase.OPEN) {
            return new IOException("connection lost: " + now.reason, Printable.cause(cause));
        }
        if (cause == null) {
            return new IOException("the stream is closed");
        }
        String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new IOException(Printable.said(said, CloseReason.MAX_LENGTH), Printable.cause(cause));
    }

    @Override
    public String toString() {
        HandshakeInfo known = handshake;
        return (known == null ? "connection" : "connection to " + Endpoint.text(known.remote())) + " "
                + state.get().phase;
    }
}
