package io.quicpool.transport.kwik;

import io.quicpool.TlsSession;
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
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.QuicStream;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.TransportError;
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

    /** What a role knows about its connection. */
    record Facts(
            InetSocketAddress local,
            InetSocketAddress remote,
            TlsSession tls,
            Duration idleTimeout,
            long initialMaxStreams) {}

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    // Streams that have ended here, and of which the peer has yet to say the end; more are forgotten.
    private static final int MOST_ENDED = 4096;

    // Of the numbers of streams (RFC 9000, section 2.1).
    private static final int KINDS = 4;
    private static final int UNIDIRECTIONAL = 2;

    private final QuicConnectionImpl quic;
    private final ReadinessPoller watcher;
    private final Runnable freed;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final Map<Integer, KwikStream> streams = new ConcurrentHashMap<>();
    private final Map<Integer, Queue<Consumer<KwikStream>>> early = new ConcurrentHashMap<>();
    private final Queue<Runnable> processed = new ConcurrentLinkedQueue<>();
    private final Delivery<QuicStream> delivery;
    private volatile int lastAccepted = -1;
    private final EndedStreams<KwikStream> ended = new EndedStreams<>(MOST_ENDED, KwikStream::settled, this::forget);
    private final AtomicInteger pieces = new AtomicInteger();
    private final AtomicLong allowed = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile boolean engineEnded;
    // This side closes it, and the peer is about to be told: it ends when that has left.
    private volatile boolean closing;
    private final CountDownLatch closed = new CountDownLatch(1);
    // A server's connection has its own, which sees the handshake too.
    private final @Nullable FrameGuard guard;
    private volatile @Nullable Facts facts;
    private volatile @Nullable PathWatch pathWatch;
    // A server's, if it is not left to kwik.
    private volatile @Nullable StreamCredit streamCredit;
    private volatile ConnectionEvents events;
    private volatile long lastReceived = System.nanoTime();
    private volatile @Nullable Throwable failure;
    private volatile String lostBecause = "closed on this side";

    /** Makes the connection's own view of kwik's. The last argument is called when everything of it has ended. */
    KwikConnection(QuicConnectionImpl quic, ReadinessPoller watcher, ConnectionEvents events, Runnable freed) {
        this.quic = quic;
        this.watcher = watcher;
        this.events = events;
        this.freed = freed;
        this.guard = quic.getRole() == Role.Server
                ? null
                : new FrameGuard(false, () -> quic.getStats().packetsSent(), this::ping);
        this.delivery = new Delivery<>(KwikInternals::hasUnsent, () -> KwikInternals.hasInFlight(quic));
    }

    void established(Facts established) {
        allowed.accumulateAndGet(established.initialMaxStreams, Math::max);
        facts = established;
        PathWatch path = new PathWatch(established.idleTimeout, this::ping, () -> watcher.run(this::giveUpPath));
        pathWatch = path;
        SmallDatagrams.watch(quic, path);
    }

    // Not on kwik's threads, which are in the middle of looking at what was lost.
    private void giveUpPath() {
        if (alive()) {
            closing = true;
            lost(CloseReason.PATH_TOO_SMALL);
            // Before anybody is told, and closes it too: that is this thread's next task.
            quic.close(TransportErrorCode.NO_VIABLE_PATH, CloseReason.PATH_TOO_SMALL);
        }
    }

    boolean isEstablished() {
        return facts != null;
    }

    /** Why it was lost, for people. */
    String lostBecause() {
        return lostBecause;
    }

    void events(ConnectionEvents listener) {
        events = listener;
    }

    QuicConnectionImpl quic() {
        return quic;
    }

    ReadinessPoller watcher() {
        return watcher;
    }

    private Facts facts() {
        Facts known = facts;
        if (known == null) {
            throw new IllegalStateException("not established");
        }
        return known;
    }

    @Override
    public InetSocketAddress localAddress() {
        return facts().local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return facts().remote;
    }

    @Override
    public TlsSession tlsSession() {
        return facts().tls;
    }

    @Override
    public Duration idleTimeout() {
        return facts().idleTimeout;
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
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, allowed.get() - opened.get()));
    }

    void credit(@Nullable StreamCredit ofPeer) {
        streamCredit = ofPeer;
    }

    @Nullable StreamCredit creditOfPeer() {
        return streamCredit;
    }

    @Override
    public void maxIdleStreams(int notInUse) {
        StreamCredit its = streamCredit;
        if (its != null && alive()) {
            its.notInUse(notInUse);
        }
    }

    @Override
    public CompletionStage<EngineStream> openStream() {
        if (!alive()) {
            return CompletableFuture.failedFuture(new IOException("connection lost: " + lostBecause));
        }
        // kwik would wait for credit without end; so it is only asked when there is some.
        if (opened.getAndUpdate(n -> n < allowed.get() ? n + 1 : n) >= allowed.get()) {
            return CompletableFuture.failedFuture(
                    new IOException("the peer lets this connection open no more than " + allowed + " streams yet"));
        }
        boolean interrupted = Thread.interrupted();
        try {
            return CompletableFuture.completedFuture(enter(quic.createStream(true), 0));
        } catch (IOException e) {
            opened.decrementAndGet();
            return CompletableFuture.failedFuture(e);
        } catch (RuntimeException e) {
            // That is how kwik answers an interrupt.
            opened.decrementAndGet();
            interrupted = true;
            return CompletableFuture.failedFuture(new IOException("interrupted while opening a stream", e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The peer has opened a stream. On kwik's callback thread. */
    void accepted(QuicStream stream) {
        // It was opened by a frame that has been processed by now, or is about to be: a byte of it at least.
        KwikStream entered = enter(stream, 1);
        lastAccepted = entered.number();
        catchUp(entered);
        events.accepted(entered);
    }

    // What was seen of a stream before kwik told of it.
    private void catchUp(KwikStream stream) {
        Queue<Consumer<KwikStream>> seen = early.remove(stream.number());
        if (seen != null) {
            seen.forEach(action -> action.accept(stream));
        }
    }

    private KwikStream enter(QuicStream quicStream, long coming) {
        KwikStream stream = new KwikStream(this, quicStream, coming);
        streams.put(stream.number(), stream);
        return stream;
    }

    /** A stream has ended on this side; it is kept until nothing of it is left to repair. */
    void ended(KwikStream stream) {
        ended.add(stream);
    }

    /** How many streams it knows: those in use, and those that are looked after; for tests. */
    int known() {
        return streams.size();
    }

    /** Of how many streams something was seen that kwik has yet to tell of; for tests. */
    int seenEarly() {
        return early.size();
    }

    /** What of its closed streams has yet to be delivered. */
    Delivery<QuicStream> delivery() {
        return delivery;
    }

    @Override
    public boolean awaitDelivered(Duration timeout) throws InterruptedException {
        return delivery.await(this::alive, timeout);
    }

    private void forget(KwikStream stream) {
        if (!stream.settled()) {
            // Nobody will see what the peer may yet send.
            EngineEvents.guarded(events::streamStopped);
            stream.stopReceiving(0);
        }
        streams.remove(stream.number(), stream);
    }

    // ---- what the peer does; on kwik's thread, just before kwik processes it

    void received(QuicPacket packet) {
        lastReceived = System.nanoTime();
        FrameGuard.Violation violation = guard == null ? null : guard.look(packet);
        if (violation != null) {
            cutOff(violation);
            return;
        }
        // This is the thread that processes packets: whatever came before has been processed.
        for (Runnable task = processed.poll(); task != null; task = processed.poll()) {
            task.run();
        }
        PathWatch path = packet.getEncryptionLevel() == EncryptionLevel.App ? pathWatch : null;
        for (QuicFrame frame : packet.getFrames()) {
            if (path != null && frame instanceof AckFrame ack) {
                path.acknowledged(ack);
            }
            FrameGuard.Violation ofStream = look(frame);
            if (ofStream != null) {
                cutOff(ofStream);
                return;
            }
        }
    }

    private FrameGuard.@Nullable Violation look(QuicFrame frame) {
        if (frame instanceof StreamFrame data) {
            return data(data);
        } else if (frame instanceof ResetStreamFrame reset) {
            return isTooLong(reset)
                    ? FrameGuard.TOO_LONG
                    : onStreamThatItOpens(
                            reset.getStreamId(),
                            stream -> stream.resetComing(reset.getFinalSize(), reset.getErrorCode()));
        } else if (frame instanceof StopSendingFrame stop) {
            return onStreamThatItOpens(stop.getStreamId(), stream -> stream.stopComing(stop.getErrorCode()));
        } else if (frame instanceof MaxStreamsFrame max && max.isAppliesToBidirectional()) {
            allowed.accumulateAndGet(max.getMaxStreams(), Math::max);
        } else if (frame instanceof ConnectionCloseFrame close) {
            lost(CloseReason.of(
                    close.hasApplicationProtocolError(),
                    close.getErrorCode(),
                    close.hasReasonPhrase() ? close.getReasonPhrase() : ""));
        }
        return null;
    }

    private FrameGuard.@Nullable Violation data(StreamFrame data) {
        if (isNotOpenYet(data.getStreamId())) {
            return FrameGuard.NOT_OPEN;
        }
        boolean small = data.getLength() > 0 && data.getLength() < FrameGuard.SMALL;
        onStream(data.getStreamId(), true, stream -> {
            if (small) {
                stream.piece();
            }
            if (data.isFinal()) {
                stream.finComing(data.getUpToOffset());
            } else {
                stream.dataComing(data.getUpToOffset());
            }
        });
        return pieces.get() > FrameGuard.MOST_PIECES ? FrameGuard.PIECES : null;
    }

    private FrameGuard.@Nullable Violation onStreamThatItOpens(int number, Consumer<KwikStream> action) {
        if (isNotOpenYet(number)) {
            return FrameGuard.NOT_OPEN;
        }
        try {
            onStream(number, openFirst(number), action);
            return null;
        } catch (TransportError e) {
            return FrameGuard.TOO_MANY;
        }
    }

    // One of this server's: kwik would overlook it.
    private boolean isNotOpenYet(int number) {
        return quic.getRole() == Role.Server
                && !openedByPeer(number)
                && ((number & UNIDIRECTIONAL) != 0 || number / KINDS >= opened.get());
    }

    /** Runs a task when the packet that is being looked at has been processed, which is known when the next one comes. */
    void afterThisPacket(Runnable task) {
        boolean first = processed.isEmpty();
        processed.add(task);
        if (first) {
            // This may have been the last that the peer has to say: ask for one more.
            ping();
        }
    }

    // In kwik only data opens a stream. It would ignore the end of one that is opened by a later one then, and keep
    // that for ever.
    private boolean openFirst(int number) throws TransportError {
        return number > lastAccepted
                && openedByPeer(number)
                && !streams.containsKey(number)
                && KwikInternals.open(quic, number);
    }

    private void onStream(int number, boolean opens, Consumer<KwikStream> action) {
        KwikStream stream = streams.get(number);
        if (stream == null && number > lastAccepted && openedByPeer(number) && isEarly(number, opens, action)) {
            // kwik tells of a new stream on another thread, a little later, or just now. It creates them in order.
            KwikStream accepted = streams.get(number);
            if (accepted != null) {
                catchUp(accepted);
            }
            return;
        }
        KwikStream known = stream == null ? streams.get(number) : stream;
        if (known != null) {
            action.accept(known);
        }
    }

    // Not for a stream that is not open: the peer's credit bounds how many there are.
    private boolean isEarly(int number, boolean opens, Consumer<KwikStream> action) {
        return early.compute(number, (n, seen) -> {
                    Queue<Consumer<KwikStream>> all = seen == null && opens ? new ConcurrentLinkedQueue<>() : seen;
                    if (all != null) {
                        all.add(action);
                    }
                    return all;
                })
                != null;
    }

    // kwik counts what a stream that is reset is said to have been long, and looks at no limit.
    private boolean isTooLong(ResetStreamFrame reset) {
        int number = reset.getStreamId();
        KwikStream stream = streams.get(number);
        if (stream == null && (number <= lastAccepted || !openedByPeer(number))) {
            return false;
        }
        // What is read is credited a moment before it is counted.
        long read = stream == null ? 0 : stream.read();
        return reset.getFinalSize() - read > 2 * KwikTransport.STREAM_BUFFER;
    }

    /** What came to its streams in small pieces and is not read yet. */
    AtomicInteger pieces() {
        return pieces;
    }

    // kwik processes nothing of the packet then.
    private void cutOff(FrameGuard.Violation violation) {
        if (!alive()) {
            // More of it, on its way already.
            return;
        }
        closing = true;
        lost("closed on this side: the peer " + violation.what());
        if (quic instanceof GatedConnection gated) {
            gated.cutOff(violation);
        } else {
            quic.close(violation.code(), violation.what());
        }
    }

    // RFC 9000, section 2.1.
    private boolean openedByPeer(int number) {
        return (number & 1) == (quic.getRole() == Role.Server ? 0 : 1);
    }

    // ---- the end

    /** kwik says that it is over. On its callback thread. */
    void terminated(ConnectionTerminatedEvent event) {
        lost(
                switch (event.closeReason()) {
                    case IdleTimeout, ConnectionLost -> "no answer within the idle time-out";
                    case StatelessReset -> "the peer does not know the connection any more";
                    case ImmediateClose -> "closed by the engine: " + event.errorDescription();
                });
    }

    /** kwik has met an error of its own; if it gives the connection up now, it was for this. */
    void failed(@Nullable Throwable error) {
        failure = error;
    }

    /** kwik is done with it. If it did not say why, it was for an error of its own. */
    void givenUp() {
        Throwable error = failure;
        if (alive() && error != null) {
            // The peer may provoke it again and again.
            LOG.log(Level.DEBUG, () -> "kwik gives up a " + this + " for an error of its own", Printable.cause(error));
        }
        lost(CloseReason.ofEngine(error));
    }

    /** The connection has ended otherwise than by closing it here; only the first reason counts. */
    void lost(String reason) {
        if (!state.compareAndSet(State.OPEN, State.LOST)) {
            return;
        }
        lostBecause = Printable.said(reason, CloseReason.MAX_LENGTH);
        streams.values().forEach(KwikStream::die);
        ConnectionEvents listener = events;
        watcher.run(() -> listener.lost(reason));
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return;
        }
        // Not when it has ended by itself: kwik would begin to close it once more.
        if (KwikInternals.connected(quic)) {
            quic.close(applicationErrorCode, reason);
        } else if (quic.getRole() == Role.Client && !closing) {
            endNow();
        }
        streams.values().forEach(KwikStream::wake);
        finish();
    }

    /** Frees what a connection held that has ended by itself and that nobody above will close. */
    void release() {
        if (state.getAndSet(State.CLOSED) != State.CLOSED) {
            finish();
        }
    }

    /** kwik has let go of all that it held. Once it was closed here too, nothing is left. */
    void engineEnded() {
        givenUp();
        engineEnded = true;
        finish();
    }

    private void finish() {
        if (engineEnded && state.get() == State.CLOSED && finished.compareAndSet(false, true)) {
            KwikInternals.endThreads(quic);
            // A thread that closes the connection meanwhile finds none to wake any more.
            streams.values().forEach(KwikStream::wake);
            streams.clear();
            early.clear();
            freed.run();
            closed.countDown();
        }
    }

    /**
     * Does not wait for three probe time-outs until kwik lets go of a client's connection that was closed: its socket is its own, so
     * nobody is bothered by what comes late (RFC 9000, section 10.2).
     */
    void endNow() {
        if (isEstablished()) {
            quic.abortConnection(null);
        }
    }

    @Override
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        return closed.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Says in words what kwik's exception means. */
    IOException explain(@Nullable String known, IOException cause) {
        if (known != null) {
            return new IOException(known, Printable.cause(cause));
        }
        if (!alive()) {
            return new IOException("connection lost: " + lostBecause, Printable.cause(cause));
        }
        // kwik ends the streams before it says so of the connection.
        String said = String.valueOf(cause.getMessage());
        Throwable fit = Printable.cause(cause);
        if (said.toLowerCase(Locale.ROOT).contains("connection")) {
            return new IOException("connection lost", fit);
        }
        return fit == cause ? cause : new IOException(Printable.said(said, CloseReason.MAX_LENGTH), fit);
    }

    @Override
    public String toString() {
        Facts known = facts;
        return (known == null ? "connection" : "connection to " + known.remote) + " " + state + ", " + streams.size()
                + " streams, allowed " + allowed + ", opened " + opened;
    }
}
