package io.quicpool.transport.kwik;

import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.engine.AbstractConnection;
import io.quicpool.transport.engine.Delivery;
import io.quicpool.transport.engine.HandshakeInfo;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ListIterator;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
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

/** A connection of kwik, of either role. */
final class KwikConnection extends AbstractConnection implements Delivery.Source {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private final QuicConnectionImpl quic;
    private final ReadinessPoller poller;
    private final Runnable whenFreed;
    private final KwikStreams streams;
    private final EndedStreams<OutgoingData> undelivered =
            new EndedStreams<>(Integer.MAX_VALUE, stream -> !stream.hasUnsent(), stream -> {});
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile boolean engineEnded;
    // This side closes the connection. It must not end before its CONNECTION_CLOSE has left.
    private volatile boolean closing;
    // Null for a server's connection: GatedConnection has one, which sees the handshake too.
    private final @Nullable FrameGuard guard;
    private volatile @Nullable PathWatch pathWatch;
    // Only at a server, and null where kwik counts by itself.
    private volatile @Nullable StreamCredit peerCredit;
    private volatile long lastReceived = System.nanoTime();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Wraps kwik's connection. {@code whenFreed} runs when all its resources are freed. */
    KwikConnection(QuicConnectionImpl quic, ReadinessPoller poller, Runnable whenFreed) {
        this.quic = quic;
        this.poller = poller;
        this.whenFreed = whenFreed;
        this.streams = new KwikStreams(this, quic);
        this.guard = quic.getRole() == Role.Server
                ? null
                : new FrameGuard(false, () -> quic.getStats().packetsSent(), this::ping);
    }

    void established(HandshakeInfo info, long initialMaxStreams) {
        streams.raiseLimit(initialMaxStreams);
        established(info);
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

    QuicConnectionImpl quic() {
        return quic;
    }

    ReadinessPoller poller() {
        return poller;
    }

    KwikStreams streams() {
        return streams;
    }

    @Override
    protected void deliver(Runnable event) {
        poller.run(event);
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
    protected CompletionStage<EngineStream> open() {
        try {
            return CompletableFuture.completedFuture(streams.open());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The peer has opened a stream. On kwik's callback thread. */
    void accepted(QuicStream stream) {
        accepted(streams.accept(stream));
    }

    /** The closed streams that may still have unsent data. */
    EndedStreams<OutgoingData> undelivered() {
        return undelivered;
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) throws InterruptedException {
        return new Delivery(this, Runnable::run, silence).await(timeout);
    }

    @Override
    public boolean isUndelivered() {
        undelivered.sweep();
        return !undelivered.isEmpty() || KwikInternals.hasInFlight(quic);
    }

    @Override
    public long received() {
        return lastReceived;
    }

    // ---- packets of the peer; on kwik's receiver thread, just before kwik processes them

    void received(QuicPacket packet) {
        lastReceived = System.nanoTime();
        FrameGuard.Violation violation = guard == null ? null : guard.inspect(packet);
        if (violation != null) {
            closeFor(violation);
            return;
        }
        PathWatch path = packet.getEncryptionLevel() == EncryptionLevel.App ? pathWatch : null;
        for (ListIterator<QuicFrame> each = packet.getFrames().listIterator(); each.hasNext(); ) {
            QuicFrame frame = each.next();
            if (path != null && frame instanceof AckFrame ack) {
                path.acknowledged(ack);
            }
            FrameGuard.Violation ofStream = handle(frame);
            if (streams.hides(frame)) {
                // kwik acknowledges the packet for this frame.
                each.set(new PingFrame());
            }
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

    /** An internal error of kwik ends the connection. Only the first one counts: more may follow from the end itself. */
    void failed(@Nullable Throwable error) {
        failure.compareAndSet(null, error);
    }

    /** kwik is done with the connection. If it reported no reason, an internal error was the reason. */
    void givenUp() {
        Throwable error = failure.get();
        if (alive() && error != null) {
            // At DEBUG only: the peer may provoke it again and again.
            LOG.log(
                    Level.DEBUG,
                    () -> "kwik closes the " + this + " because of an error of its own",
                    Printable.cause(error));
        }
        lost(CloseReason.ofEngine(error));
    }

    @Override
    protected void endStreams() {
        streams.endAll();
    }

    @Override
    protected void closeNow(long applicationErrorCode, String reason) {
        // Not when it has ended by itself: kwik would start to close it again.
        if (KwikInternals.isConnected(quic)) {
            try {
                quic.close(applicationErrorCode, reason);
            } catch (RejectedExecutionException e) {
                LOG.log(Level.TRACE, "the connection ended meanwhile: kwik cannot report that it closes");
            }
        } else if (quic.getRole() == Role.Client && !closing) {
            endWithoutDraining();
        }
        streams.endAll();
        finish();
    }

    /** Frees a connection that has ended by itself and that no pool will close. */
    void release() {
        if (markClosed()) {
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
        if (engineEnded && isClosed() && finished.compareAndSet(false, true)) {
            KwikInternals.endThreads(quic);
            // After this a concurrent close() finds no streams to end.
            streams.endAll();
            streams.clear();
            whenFreed.run();
            freed();
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

    // kwik ends the streams before it reports the end of their connection.
    @Override
    public IOException explain(@Nullable Throwable cause) {
        String said = cause == null ? "" : String.valueOf(cause.getMessage());
        return alive() && said.toLowerCase(Locale.ROOT).contains("connection")
                ? new IOException("connection lost", Printable.cause(cause))
                : super.explain(cause);
    }

    @Override
    public String toString() {
        return super.toString() + ", " + streams;
    }
}
