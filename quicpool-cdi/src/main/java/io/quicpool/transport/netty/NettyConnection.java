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

    /** What is known once the handshake is done. */
    private record Facts(InetSocketAddress local, InetSocketAddress remote, TlsSession tls, Duration idleTimeout) {}

    // Streams that have ended here, and of which the peer has yet to say the end; more are refused.
    private static final int MOST_ENDED = 4096;
    private static final System.Logger LOG = System.getLogger("io.quicpool.netty");

    private final QuicChannel channel;
    private final EventLoops.Share share;
    // A client's own; a server's is its listener's.
    private final @Nullable Channel socket;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final AtomicInteger opening = new AtomicInteger();
    private final AtomicInteger fins = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Facts facts;
    private volatile ConnectionEvents events;
    private volatile Runnable whenCutOff = () -> {};
    private volatile long lastReceived;
    private volatile String lostBecause = "closed on this side";
    // The event loop's own: the first reason that anybody gave for an end that is to come.
    private @Nullable String because;
    private final EndedStreams settling;
    private final DatalessFins loneFins;
    private final StreamPoller lookout;
    private final PathWatch pathWatch;
    private boolean sendDue;
    private final Set<NettyStream> streams = new LinkedHashSet<>();
    private final Set<NettyStream> halfEnded = new LinkedHashSet<>();

    /** Makes the connection's own view of Netty's. With a socket of its own it frees that, and its share, when it has ended. */
    NettyConnection(QuicChannel channel, EventLoops.Share share, @Nullable Channel socket, ConnectionEvents events) {
        this.channel = channel;
        this.share = share;
        this.socket = socket;
        this.events = events;
        this.settling = new EndedStreams(channel);
        this.loneFins = new DatalessFins(channel, this::isInFlight);
        this.lookout = new StreamPoller(channel, streams);
        this.pathWatch = new PathWatch(channel, this::isInFlight);
        channel.closeFuture().addListener(end -> lost());
    }

    /** The handshake is done. Event loop. */
    void established(InetSocketAddress local, InetSocketAddress remote, Duration own) {
        long peers = Objects.requireNonNull(channel.peerTransportParameters()).maxIdleTimeout();
        facts = new Facts(
                local,
                remote,
                NettyTls.session(Objects.requireNonNull(channel.sslEngine()).getSession()),
                Duration.ofMillis(peers == 0 ? own.toMillis() : Math.min(own.toMillis(), peers)));
    }

    /** Runs that once when quiche closes the connection, established, for what its peer does. Before it begins. */
    void whenCutOff(Runnable action) {
        whenCutOff = action;
    }

    void events(ConnectionEvents listener) {
        events = listener;
    }

    private Facts facts() {
        Facts known = facts;
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

    BusyPoll poll() {
        return share.poll();
    }

    SendBuffers buffers() {
        return share.buffers();
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
        // Of a client's connection at a server quiche's own timer has it.
        return lastReceived == 0 ? 0 : System.nanoTime() - lastReceived;
    }

    /** quiche has read a datagram from the server. Event loop. */
    void received() {
        lastReceived = System.nanoTime();
        if (credit() == 0) {
            NettyInternals.lookForCredit(channel);
        }
        heard();
    }

    /** quiche has read a datagram from the peer. Event loop. */
    void heard() {
        lookout.heard();
        loneFins.heard();
        Facts known = facts;
        if (known != null && pathWatch.heard(known.idleTimeout)) {
            because(CloseReason.PATH_TOO_SMALL);
            endSoon();
        }
    }

    // ---- streams

    /** One less than the peer allows: {@link #ping} needs one. */
    @Override
    public int credit() {
        // In this order what is opened meanwhile counts twice, and not never: the one for the ping would be gone.
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

    /** A stream was closed here, and its peer has yet to say the end. */
    void halfEnded(NettyStream stream) {
        halfEnded.add(stream);
        if (halfEnded.size() > MOST_ENDED) {
            Iterator<NettyStream> oldest = halfEnded.iterator();
            NettyStream first = oldest.next();
            oldest.remove();
            EngineEvents.guarded(events::streamStopped);
            first.stopReceiving(0);
        }
    }

    /** Those that wait for their peer's end. Event loop. */
    EndedStreams settling() {
        return settling;
    }

    /** Those that nobody but us would send again. Event loop. */
    DatalessFins loneFins() {
        return loneFins;
    }

    /**
     * Does something that leaves a frame to be sent: that is sent a moment later, together with what other streams leave until then, and
     * not for each by itself. Event loop.
     */
    void sendLater(Runnable action) {
        NettyInternals.withoutSending(channel, action);
        if (!sendDue) {
            sendDue = true;
            loop().execute(() -> {
                sendDue = false;
                NettyInternals.send(channel);
            });
        }
    }

    void begun(NettyStream stream) {
        streams.add(stream);
    }

    void ended(NettyStream stream) {
        streams.remove(stream);
        halfEnded.remove(stream);
    }

    /**
     * Netty has no PING. A stream that is opened and ended without a byte must be acknowledged as well, and tells the peer nothing
     * else.
     */
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
            LOG.log(Level.DEBUG, "no ping: {0}", e.getMessage());
        }
    }

    // ---- what is under way

    void finBegins() {
        fins.incrementAndGet();
    }

    void finEnds() {
        fins.decrementAndGet();
    }

    @Override
    public boolean awaitDelivered(Duration timeout) throws InterruptedException {
        Delivery delivery = new Delivery(this);
        return delivery.await(timeout);
    }

    /** Whether something that was written to closed streams may not have arrived. Event loop. */
    boolean isUnderWay() {
        return fins.get() > 0 || isInFlight();
    }

    private boolean isInFlight() {
        long next = NettyInternals.nextTimeout(channel);
        return next >= 0 && next < idleTimeout().toNanos() / 3;
    }

    // ---- the end

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof QuicConnectionCloseEvent close) {
            because(CloseReason.of(close.isApplicationClose(), close.error(), said(close)));
            endSoon();
        }
    }

    private static String said(QuicConnectionCloseEvent close) {
        try {
            return new String(close.reason(), StandardCharsets.UTF_8);
        } catch (NullPointerException e) {
            // So says Netty that there is none.
            return "";
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (because == null) {
            cutOff();
        }
        because("closed by the engine: " + cause.getMessage());
        if (facts == null) {
            // A handshake that failed: the peer is told now, not when it asks again.
            endSoon();
        }
    }

    private void cutOff() {
        if (facts != null && state.get() == State.OPEN) {
            EngineEvents.guarded(whenCutOff);
        }
    }

    // quiche would first drain it for three probe time-outs. Not before what came with the end was read.
    private void endSoon() {
        loop().execute(() -> quietly(channel, () -> {}));
    }

    /** Why the connection is about to end; only the first reason counts. Event loop. */
    void because(String reason) {
        if (because == null) {
            because = Printable.said(reason, CloseReason.MAX_LENGTH);
        }
    }

    @Nullable String because() {
        return because;
    }

    private void lost() {
        if (channel.isTimedOut()) {
            because("no answer within the idle time-out");
        }
        if (because == null) {
            // Netty does not know all errors of quiche's, and is silent on the others: that of acknowledging what was
            // never sent, say.
            cutOff();
        }
        String reason = because == null ? "closed by the engine" : because;
        if (state.get() == State.OPEN) {
            lostBecause = reason;
        }
        if (state.compareAndSet(State.OPEN, State.LOST) && facts != null) {
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
            quietly(socket, () -> {
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

    /** Says in words what a failure means. */
    IOException explain(@Nullable Throwable cause) {
        if (!alive()) {
            return new IOException("connection lost: " + lostBecause, Printable.cause(cause));
        }
        if (cause == null) {
            return new IOException("the stream is closed");
        }
        String said = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new IOException(Printable.said(said, CloseReason.MAX_LENGTH), Printable.cause(cause));
    }

    /** The socket of a client's connection. */
    static void quietly(Channel socket, Runnable then) {
        socket.close().addListener(end -> then.run());
    }

    @Override
    public String toString() {
        Facts known = facts;
        return (known == null ? "connection" : "connection to " + known.remote) + " " + state;
    }
}
