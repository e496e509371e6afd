package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.QuicStream;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.QuicPacket;

/**
 * A connection of kwik, of either role.
 *
 * <pre>
 * OPEN --lost--&gt; LOST --close--&gt; CLOSED
 *   \-----------close--------------^
 * </pre>
 */
final class KwikConnection implements Connection {

    enum State {
        OPEN,
        LOST,
        CLOSED
    }

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private final QuicConnectionImpl quic;
    private final ReadinessPoller poller;
    private final Runnable whenFreed;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final KwikStreams streams;
    private final UndeliveredStreams<QuicStream> undelivered;
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile boolean engineEnded;
    // This side closes the connection. It must not end before its CONNECTION_CLOSE has left.
    private volatile boolean closing;
    private final CountDownLatch closed = new CountDownLatch(1);
    // Null for a server's connection: GatedConnection has one, which sees the handshake too.
    private final @Nullable FrameGuard guard;
    private volatile @Nullable HandshakeInfo handshake;
    private volatile @Nullable PathWatch pathWatch;
    // Only at a server, and null where kwik counts by itself.
    private volatile @Nullable StreamCredit peerCredit;
    private volatile ConnectionEvents events;
    private volatile long lastReceived = System.nanoTime();
    private volatile @Nullable Throwable failure;
    private volatile String lostReason = "closed on this side";

    /** Wraps kwik's connection. {@code whenFreed} runs when all its resources are freed. */
    KwikConnection(QuicConnectionImpl quic, ReadinessPoller poller, ConnectionEvents events, Runnable whenFreed) {
        this.quic = quic;
        this.poller = poller;
        this.events = events;
        this.whenFreed = whenFreed;
        this.streams = new KwikStreams(this, quic);
        this.guard = quic.getRole() == Role.Server
                ? null
                : new FrameGuard(false, () -> quic.getStats().packetsSent(), this::ping);
        this.undelivered = new UndeliveredStreams<>(KwikInternals::hasUnsent, () -> KwikInternals.hasInFlight(quic));
    }

    void established(HandshakeInfo info) {
        streams.raiseLimit(info.initialMaxStreams());
        handshake = info;
        PathWatch path = new PathWatch(info.idleTimeout(), this::ping, () -> poller.run(this::giveUpPath));
        pathWatch = path;
        SmallDatagrams.watch(quic, path);
    }

    // On the poller's thread: kwik's own is in the middle of processing losses.
    private void giveUpPath() {
        if (alive()) {
            closing = true;
            lost(CloseReason.PATH_TOO_SMALL);
            // Before lost() reaches its listener, which may close it too: that is the next task of this thread.
            quic.close(TransportErrorCode.NO_VIABLE_PATH, CloseReason.PATH_TOO_SMALL);
        }
    }

    boolean isEstablished() {
        return handshake != null;
    }

    String lostReason() {
        return lostReason;
    }

    void events(ConnectionEvents listener) {
        events = listener;
    }

    QuicConnectionImpl quic() {
        return quic;
    }

    ReadinessPoller poller() {
        return poller;
    }

    KwikStreams streams() {
        return streams;
    }

    private HandshakeInfo handshake() {
        HandshakeInfo known = handshake;
        if (known == null) {
            throw new IllegalStateException("not established");
        }
        return known;
    }

    @Override
    public InetSocketAddress localAddress() {
        return handshake().local();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return handshake().remote();
    }

    @Override
    public TlsSession tlsSession() {
        return handshake().tls();
    }

    @Override
    public Duration idleTimeout() {
        return handshake().idleTimeout();
    }

    @Override
    public boolean alive() {
        return state.get() == State.OPEN;
    }

    @Override
    public long silentNanos() {
        return System.nanoTime() - lastReceived;
    }

    long lastReceived() {
        return lastReceived;
    }

    @Override
    public void ping() {
        if (alive()) {
            quic.send(new PingFrame(Version.QUIC_version_1), lost -> {}, true);
        }
    }

    // ---- streams

    @Override
    public int credit() {
        return streams.credit();
    }

    void peerCredit(@Nullable StreamCredit credit) {
        peerCredit = credit;
    }

    @Nullable StreamCredit peerCredit() {
        return peerCredit;
    }

    @Override
    public void maxIdleStreams(int notInUse) {
        StreamCredit credit = peerCredit;
        if (credit != null && alive()) {
            credit.notInUse(notInUse);
        }
    }

    @Override
    public CompletionStage<EngineStream> openStream() {
        if (!alive()) {
            return CompletableFuture.failedFuture(new IOException("connection lost: " + lostReason));
        }
        try {
            return CompletableFuture.completedFuture(streams.open());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The peer has opened a stream. On kwik's callback thread. */
    void accepted(QuicStream stream) {
        events.accepted(streams.accept(stream));
    }

    /** The engine has told the peer to stop a stream that was closed here and not ended there. */
    void streamStopped() {
        EngineEvents.guarded(events::streamStopped);
    }

    UndeliveredStreams<QuicStream> undelivered() {
        return undelivered;
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) throws InterruptedException {
        long start = System.nanoTime();
        return undelivered.await(
                () -> alive() && Math.min(silentNanos(), System.nanoTime() - start) < silence.toNanos(), timeout);
    }

    // ---- packets of the peer; on kwik's receiver thread, just before kwik processes them

    void received(QuicPacket packet) {
        lastReceived = System.nanoTime();
        FrameGuard.Violation violation = guard == null ? null : guard.inspect(packet);
        if (violation != null) {
            closeFor(violation);
            return;
        }
        streams.packetArrived();
        PathWatch path = packet.getEncryptionLevel() == EncryptionLevel.App ? pathWatch : null;
        for (QuicFrame frame : packet.getFrames()) {
            if (path != null && frame instanceof AckFrame ack) {
                path.acknowledged(ack);
            }
            FrameGuard.Violation ofStream = handle(frame);
            if (ofStream != null) {
                closeFor(ofStream);
                return;
            }
        }
    }

    private FrameGuard.@Nullable Violation handle(QuicFrame frame) {
        if (frame instanceof ConnectionCloseFrame close) {
            lost(CloseReason.of(
                    close.hasApplicationProtocolError(),
                    close.getErrorCode(),
                    close.hasReasonPhrase() ? close.getReasonPhrase() : ""));
            return null;
        }
        return streams.handle(frame);
    }

    // kwik then processes nothing of the packet.
    private void closeFor(FrameGuard.Violation violation) {
        if (!alive()) {
            // More such packets were on their way.
            return;
        }
        closing = true;
        lost("closed on this side: the peer " + violation.what());
        if (quic instanceof GatedConnection gated) {
            gated.closeFor(violation);
        } else {
            quic.close(violation.code(), violation.what());
        }
    }

    // ---- the end

    /** kwik reports the end. On its callback thread. */
    void terminated(ConnectionTerminatedEvent event) {
        lost(
                switch (event.closeReason()) {
                    case IdleTimeout, ConnectionLost -> "no answer within the idle time-out";
                    case StatelessReset -> "the peer does not know the connection any more";
                    case ImmediateClose -> "closed by the engine: " + event.errorDescription();
                });
    }

    /** kwik has met an internal error. If it ends the connection next, this is why. */
    void failed(@Nullable Throwable error) {
        failure = error;
    }

    /** kwik is done with the connection. If it reported no reason, an internal error was the reason. */
    void givenUp() {
        Throwable error = failure;
        if (alive() && error != null) {
            // At DEBUG only: the peer may provoke it again and again.
            LOG.log(
                    Level.DEBUG,
                    () -> "kwik closes the " + this + " because of an error of its own",
                    Printable.cause(error));
        }
        lost(CloseReason.ofEngine(error));
    }

    /** The connection has ended, and not by closing it here. Only the first reason counts. */
    void lost(String reason) {
        if (!state.compareAndSet(State.OPEN, State.LOST)) {
            return;
        }
        lostReason = Printable.said(reason, CloseReason.MAX_LENGTH);
        streams.endAll();
        ConnectionEvents listener = events;
        poller.run(() -> listener.lost(reason));
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return;
        }
        // Not when it has ended by itself: kwik would start to close it again.
        if (KwikInternals.isConnected(quic)) {
            quic.close(applicationErrorCode, reason);
        } else if (quic.getRole() == Role.Client && !closing) {
            endWithoutDraining();
        }
        streams.wakeAll();
        finish();
    }

    /** Frees a connection that has ended by itself and that no pool will close. */
    void release() {
        if (state.getAndSet(State.CLOSED) != State.CLOSED) {
            finish();
        }
    }

    /** kwik has freed all that it held. If this side has closed the connection too, nothing is left. */
    void engineEnded() {
        givenUp();
        engineEnded = true;
        finish();
    }

    private void finish() {
        if (engineEnded && state.get() == State.CLOSED && finished.compareAndSet(false, true)) {
            KwikInternals.endThreads(quic);
            // After this a concurrent close() finds no streams to wake.
            streams.wakeAll();
            streams.clear();
            whenFreed.run();
            closed.countDown();
        }
    }

    /**
     * Frees a client's closed connection at once. kwik would keep it for three probe time-outs. The socket belongs to this connection
     * only, so late packets reach nobody (RFC 9000, section 10.2).
     */
    void endWithoutDraining() {
        if (isEstablished()) {
            quic.abortConnection(null);
        }
    }

    @Override
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        return closed.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Turns an exception of kwik into one with a useful message. */
    IOException explain(@Nullable String known, IOException cause) {
        if (known != null) {
            return new IOException(known, Printable.cause(cause));
        }
        if (!alive()) {
            return new IOException("connection lost: " + lostReason, Printable.cause(cause));
        }
        // kwik ends the streams before it reports the end of their connection.
        String said = String.valueOf(cause.getMessage());
        Throwable fit = Printable.cause(cause);
        if (said.toLowerCase(Locale.ROOT).contains("connection")) {
            return new IOException("connection lost", fit);
        }
        return fit == cause ? cause : new IOException(Printable.said(said, CloseReason.MAX_LENGTH), fit);
    }

    @Override
    public String toString() {
        HandshakeInfo known = handshake;
        return (known == null ? "connection" : "connection to " + Endpoint.text(known.remote())) + " " + state + ", "
                + streams;
    }
}
