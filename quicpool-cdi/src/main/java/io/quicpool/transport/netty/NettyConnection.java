package io.quicpool.transport.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamType;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection of quiche, of either role, and the handler of its channel.
 *
 * <pre>
 * OPEN --lost--&gt; LOST --close--&gt; CLOSED
 *   \-----------close--------------^
 * </pre>
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {

    enum State {
        OPEN,
        LOST,
        CLOSED
    }

    /** What is known once the handshake is complete. */
    private record HandshakeInfo(
            InetSocketAddress local, InetSocketAddress remote, TlsSession tls, Duration idleTimeout) {}

    // Streams that are closed here and not yet ended by the peer. The oldest are stopped (STOP_SENDING) beyond that.
    private static final int MAX_HALF_ENDED = 4096;
    private static final System.Logger LOG = System.getLogger("io.quicpool.netty");

    private final QuicChannel channel;
    private final EventLoops.Share share;
    // Null at a server, where the socket belongs to the listener.
    private final @Nullable Channel socket;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final AtomicInteger opening = new AtomicInteger();
    private final AtomicInteger pendingFins = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable HandshakeInfo handshake;
    private volatile ConnectionEvents events;
    private volatile Runnable whenViolation = () -> {};
    private volatile long lastReceived;
    private volatile String lostReason = "closed on this side";
    // The rest is for the event loop only. Why the connection is about to end: the first reason counts.
    private @Nullable String endReason;
    private final EndedStreams endedStreams;
    private final DatalessFins datalessFins;
    private final StreamPoller poller;
    private final PathWatch pathWatch;
    private boolean sendScheduled;
    private final Set<NettyStream> streams = new LinkedHashSet<>();
    private final Set<NettyStream> halfEnded = new LinkedHashSet<>();

    /** Wraps Netty's connection. If it has a socket of its own, its end closes that and gives the share of the event loop back. */
    NettyConnection(QuicChannel channel, EventLoops.Share share, @Nullable Channel socket, ConnectionEvents events) {
        this.channel = channel;
        this.share = share;
        this.socket = socket;
        this.events = events;
        this.endedStreams = new EndedStreams(channel);
        this.datalessFins = new DatalessFins(channel, this::isInFlight);
        this.poller = new StreamPoller(channel, streams);
        this.pathWatch = new PathWatch(channel, this::isInFlight);
        channel.closeFuture().addListener(end -> lost());
    }

    /** The handshake is complete. On the event loop. */
    void established(InetSocketAddress local, InetSocketAddress remote, Duration own) {
        long peers = Objects.requireNonNull(channel.peerTransportParameters()).maxIdleTimeout();
        handshake = new HandshakeInfo(
                local,
                remote,
                NettyTls.session(Objects.requireNonNull(channel.sslEngine()).getSession()),
                Duration.ofMillis(peers == 0 ? own.toMillis() : Math.min(own.toMillis(), peers)));
    }

    /** Sets what runs once when quiche closes the established connection for a violation of the peer. Called before it starts. */
    void whenViolation(Runnable action) {
        whenViolation = action;
    }

    void events(ConnectionEvents listener) {
        events = listener;
    }

    private HandshakeInfo handshake() {
        HandshakeInfo known = handshake;
        if (known == null) {
            throw new IllegalStateException("not established");
        }
        return known;
    }

    QuicChannel channel() {
        return channel;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    BusyPoll busyPoll() {
        return share.busyPoll();
    }

    SendBuffers buffers() {
        return share.buffers();
    }

    @Override
    public InetSocketAddress localAddress() {
        return handshake().local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return handshake().remote;
    }

    @Override
    public TlsSession tlsSession() {
        return handshake().tls;
    }

    @Override
    public Duration idleTimeout() {
        return handshake().idleTimeout;
    }

    @Override
    public boolean alive() {
        return state.get() == State.OPEN;
    }

    @Override
    public long silentNanos() {
        // At a server quiche's own timer enforces the idle time-out.
        return lastReceived == 0 ? 0 : System.nanoTime() - lastReceived;
    }

    /** quiche has read a datagram of the server. On the event loop. */
    void datagramReadByClient() {
        lastReceived = System.nanoTime();
        if (credit() == 0) {
            NettyInternals.refreshCredit(channel);
        }
        datagramRead();
    }

    /** quiche has read a datagram of the peer. On the event loop. */
    void datagramRead() {
        poller.datagramRead();
        datalessFins.datagramRead();
        HandshakeInfo known = handshake;
        if (known != null && pathWatch.datagramRead(known.idleTimeout)) {
            noteEndReason(CloseReason.PATH_TOO_SMALL);
            closeAfterEvents();
        }
    }

    // ---- streams

    /** One less than the peer allows, since {@link #ping} needs one. */
    @Override
    public int credit() {
        // In this order a stream that is opened meanwhile counts twice. The other way it might not count, and take the
        // one for the ping.
        int taken = opening.get() + 1;
        long allowed = channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) - taken;
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, allowed));
    }

    @Override
    public CompletionStage<EngineStream> openStream() {
        if (!alive()) {
            return CompletableFuture.failedFuture(explain(null));
        }
        CompletableFuture<EngineStream> opened = new CompletableFuture<>();
        opening.incrementAndGet();
        try {
            loop().execute(() -> {
                open(opened);
                opening.decrementAndGet();
            });
        } catch (RejectedExecutionException e) {
            opened.completeExceptionally(explain(e));
        }
        return opened;
    }

    private void open(CompletableFuture<EngineStream> opened) {
        NettyStream stream = new NettyStream(this, false);
        channel.newStreamBootstrap()
                .type(QuicStreamType.BIDIRECTIONAL)
                .handler(stream)
                .create()
                .addListener(created -> {
                    if (created.isSuccess()) {
                        opened.complete(stream);
                    } else {
                        opened.completeExceptionally(noStream(created.cause()));
                    }
                });
    }

    private IOException noStream(Throwable cause) {
        return alive()
                ? new IOException(
                        "the peer lets this connection open no more streams yet: " + cause.getMessage(), cause)
                : explain(cause);
    }

    void accepted(NettyStream stream) {
        EngineEvents.guarded(() -> events.accepted(stream));
    }

    /** A stream was closed here and is not ended by the peer yet. */
    void halfEnded(NettyStream stream) {
        halfEnded.add(stream);
        if (halfEnded.size() > MAX_HALF_ENDED) {
            Iterator<NettyStream> oldest = halfEnded.iterator();
            NettyStream first = oldest.next();
            oldest.remove();
            EngineEvents.guarded(events::streamStopped);
            first.stopReceiving(0);
        }
    }

    /** Streams that have ended and that quiche still keeps. On the event loop. */
    EndedStreams endedStreams() {
        return endedStreams;
    }

    /** FINs that quiche might not send again. On the event loop. */
    DatalessFins datalessFins() {
        return datalessFins;
    }

    /**
     * Runs an action that queues a frame, and sends a moment later. What many streams queue is then sent together, not one datagram for
     * each. On the event loop.
     */
    void sendLater(Runnable action) {
        NettyInternals.withoutSending(channel, action);
        if (!sendScheduled) {
            sendScheduled = true;
            loop().execute(() -> {
                sendScheduled = false;
                NettyInternals.send(channel);
            });
        }
    }

    void opened(NettyStream stream) {
        streams.add(stream);
    }

    void ended(NettyStream stream) {
        streams.remove(stream);
        halfEnded.remove(stream);
    }

    /** Netty has no PING. A stream that is opened and ended without data must be acknowledged as well, and has no other effect. */
    @Override
    public void ping() {
        try {
            loop().execute(() -> {
                if (alive() && channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0) {
                    CompletableFuture<EngineStream> opened = new CompletableFuture<>();
                    open(opened);
                    CompletionStage<EngineStream> stage = opened;
                    stage.thenAccept(EngineStream::close);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "cannot send a PING: {0}", e.getMessage());
        }
    }

    // ---- delivery

    void finPending() {
        pendingFins.incrementAndGet();
    }

    void finDone() {
        pendingFins.decrementAndGet();
    }

    @Override
    public boolean awaitDelivered(Duration timeout) throws InterruptedException {
        DeliveryWait delivery = new DeliveryWait(this);
        return delivery.await(timeout);
    }

    /** Whether something that was written to closed streams may not have arrived. On the event loop. */
    boolean isDeliveryPending() {
        return pendingFins.get() > 0 || isInFlight();
    }

    private boolean isInFlight() {
        long next = NettyInternals.nextTimeout(channel);
        return next >= 0 && next < idleTimeout().toNanos() / 3;
    }

    // ---- the end

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof QuicConnectionCloseEvent close) {
            noteEndReason(CloseReason.of(close.isApplicationClose(), close.error(), said(close)));
            closeAfterEvents();
        }
    }

    private static String said(QuicConnectionCloseEvent close) {
        try {
            return new String(close.reason(), StandardCharsets.UTF_8);
        } catch (NullPointerException e) {
            // Netty throws when there is no reason.
            return "";
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (endReason == null) {
            reportViolation();
        }
        noteEndReason("closed by the engine: " + cause.getMessage());
        if (handshake == null) {
            // The handshake failed. Closing tells the peer now, not after its next packet.
            closeAfterEvents();
        }
    }

    private void reportViolation() {
        if (handshake != null && state.get() == State.OPEN) {
            EngineEvents.guarded(whenViolation);
        }
    }

    // quiche would first drain the connection for three probe time-outs. As a task, so that data that came with the end
    // is read.
    private void closeAfterEvents() {
        loop().execute(() -> close(channel, () -> {}));
    }

    /** Notes why the connection is about to end. Only the first reason counts. On the event loop. */
    void noteEndReason(String reason) {
        if (endReason == null) {
            endReason = Printable.said(reason, CloseReason.MAX_LENGTH);
        }
    }

    @Nullable String endReason() {
        return endReason;
    }

    private void lost() {
        if (channel.isTimedOut()) {
            noteEndReason("no answer within the idle time-out");
        }
        if (endReason == null) {
            // Netty does not know all errors of quiche, and reports none of the others: an acknowledgement of packets
            // that were
            // never sent, for example.
            reportViolation();
        }
        String reason = endReason == null ? "closed by the engine" : endReason;
        if (state.get() == State.OPEN) {
            lostReason = reason;
        }
        if (state.compareAndSet(State.OPEN, State.LOST) && handshake != null) {
            EngineEvents.guarded(() -> events.lost(reason));
        }
    }

    @Override
    public void close(long applicationErrorCode, String reason) {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return;
        }
        try {
            loop().execute(() -> end((int) applicationErrorCode, reason));
        } catch (RejectedExecutionException e) {
            free();
        }
    }

    private void end(int code, String reason) {
        if (channel.isOpen()) {
            channel.close(true, code, Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8))
                    .addListener(end -> free());
        } else {
            free();
        }
    }

    private void free() {
        if (socket == null) {
            closed.countDown();
        } else {
            close(socket, () -> {
                share.giveBack();
                closed.countDown();
            });
        }
    }

    @Override
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        return closed.await(timeout.toNanos(), TimeUnit.NANOSECONDS)
                && (socket == null || share.awaitEnded(Duration.ofNanos(Math.max(1, deadline - System.nanoTime()))));
    }

    /** Turns a failure into an exception with a useful message. */
    IOException explain(@Nullable Throwable cause) {
        if (!alive()) {
            return new IOException("connection lost: " + lostReason, Printable.cause(cause));
        }
        if (cause == null) {
            return new IOException("the stream is closed");
        }
        String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new IOException(Printable.said(said, CloseReason.MAX_LENGTH), Printable.cause(cause));
    }

    /** Closes a channel, then runs the action, whether or not closing succeeds. */
    static void close(Channel channel, Runnable then) {
        channel.close().addListener(end -> then.run());
    }

    @Override
    public String toString() {
        HandshakeInfo known = handshake;
        return (known == null ? "connection" : "connection to " + known.remote) + " " + state;
    }
}
