package io.quicpool.transport.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamType;
import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.UnsentBytes;
import io.quicpool.transport.engine.AbstractConnection;
import io.quicpool.transport.engine.Delivery;
import io.quicpool.transport.engine.HandshakeInfo;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A connection of quiche, of either role. */
final class NettyConnection extends AbstractConnection implements Delivery.Source {

    private static final System.Logger LOG = System.getLogger("io.quicpool.netty");

    private final QuicChannel channel;
    private final EventLoops.Share share;
    // Null at a server, where the socket belongs to the listener.
    private final @Nullable Channel socket;
    private final AtomicInteger pendingFins = new AtomicInteger();
    private final UnsentBytes unsent = new UnsentBytes();
    private volatile Runnable whenViolation = () -> {};
    private volatile long lastReceived;
    private final NettyStreams streams;
    private final PathLossWatch pathWatch;
    // Only for the event loop: why the connection is about to end. The first reason counts.
    private @Nullable String endReason;
    // Only for the event loop: once this side closes and the congestion window may be full.
    private @Nullable CloseSender closing;

    /** Wraps Netty's connection. If it has a socket of its own, its end closes that and gives the share of the event loop back. */
    NettyConnection(QuicChannel channel, EventLoops.Share share, @Nullable Channel socket) {
        this.channel = channel;
        this.share = share;
        this.socket = socket;
        this.streams = new NettyStreams(this, channel, this::isInFlight);
        this.pathWatch = new PathLossWatch(channel);
        channel.pipeline().addLast(new Events());
        channel.closeFuture().addListener(end -> ended());
    }

    /** The handshake is complete. On the event loop. */
    void established(InetSocketAddress local, InetSocketAddress remote, Duration own) {
        long peers = Objects.requireNonNull(channel.peerTransportParameters()).maxIdleTimeout();
        established(new HandshakeInfo(
                local,
                remote,
                NettyTls.session(Objects.requireNonNull(channel.sslEngine()).getSession()),
                Duration.ofMillis(peers == 0 ? own.toMillis() : Math.min(own.toMillis(), peers))));
    }

    /** Sets what runs once when quiche closes the established connection for a violation of the peer. Called before it starts. */
    void whenViolation(Runnable action) {
        whenViolation = action;
    }

    QuicChannel channel() {
        return channel;
    }

    NettyStreams streams() {
        return streams;
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

    UnsentBytes unsent() {
        return unsent;
    }

    /** Runs a task on the event loop, at once if this is its thread. Does nothing when the loop has ended, and all its connections. */
    void execute(Runnable task) {
        if (loop().inEventLoop()) {
            task.run();
        } else {
            later(task);
        }
    }

    private void later(Runnable task) {
        try {
            loop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "the event loop of the {0} has ended", this);
        }
    }

    // Never at once: a reader that finds the end, on the event loop too, first does what it reads for.
    @Override
    protected void deliver(Runnable event) {
        try {
            loop().execute(() -> EngineEvents.guarded(event));
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it what this must not overtake.
            EngineEvents.guarded(event);
        }
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
        CloseSender sender = closing;
        if (sender != null) {
            sender.datagramRead();
            return;
        }
        streams.datagramRead();
        if (isEstablished() && pathWatch.datagramRead(idleTimeout())) {
            noteEndReason(CloseReason.PATH_TOO_SMALL);
            closeAfterEvents();
        }
    }

    // ---- streams

    @Override
    public int credit() {
        return streams.credit();
    }

    @Override
    protected CompletionStage<EngineStream> open() {
        return streams.open();
    }

    /** Netty has no PING. A stream that is opened and ended without data must be acknowledged as well, and has no other effect. */
    @Override
    public void ping() {
        execute(() -> {
            if (alive() && channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0) {
                CompletableFuture<EngineStream> opened = new CompletableFuture<>();
                streams.open(opened);
                CompletionStage<EngineStream> stage = opened;
                stage.thenAccept(EngineStream::close);
            }
        });
    }

    // ---- delivery

    void finPending() {
        pendingFins.incrementAndGet();
    }

    void finDone() {
        pendingFins.decrementAndGet();
    }

    @Override
    public boolean awaitDelivered(Duration timeout, Duration silence) throws InterruptedException {
        return new Delivery(this, loop(), silence).await(timeout);
    }

    /** On the event loop. */
    @Override
    public boolean isUndelivered() {
        return pendingFins.get() > 0 || isInFlight();
    }

    /** On the event loop. */
    @Override
    public long received() {
        QuicConnectionStats stats = channel.collectStats().getNow();
        return stats == null ? 0 : stats.recv();
    }

    private boolean isInFlight() {
        return NettyInternals.hasTimerWithin(channel, idleTimeout().toNanos() / 3);
    }

    // ---- the end

    /** The handler of the channel. */
    private final class Events extends ChannelInboundHandlerAdapter {

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof QuicConnectionCloseEvent close) {
                noteEndReason(CloseReason.of(close.isApplicationClose(), close.error(), said(close)));
                closeAfterEvents();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (endReason == null) {
                reportViolation();
            }
            noteEndReason("closed by the engine: " + cause.getMessage());
            if (!isEstablished()) {
                // The handshake failed. Closing tells the peer now, not after its next packet.
                closeAfterEvents();
            }
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

    private void reportViolation() {
        if (isEstablished() && alive()) {
            EngineEvents.guarded(whenViolation);
        }
    }

    // quiche would drain the connection for three probe time-outs. As a task, so that data before the end is read
    // first.
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

    private void ended() {
        if (channel.isTimedOut()) {
            noteEndReason("no answer within the idle time-out");
        }
        if (endReason == null) {
            // Netty does not know all errors of quiche, and reports none of the others: an acknowledgement of packets
            // that were never sent, for example.
            reportViolation();
        }
        lost(endReason == null ? "closed by the engine" : endReason);
    }

    @Override
    protected void closeNow(long applicationErrorCode, String reason) {
        try {
            loop().execute(() -> end((int) applicationErrorCode, reason));
        } catch (RejectedExecutionException e) {
            free();
        }
    }

    private void end(int code, String reason) {
        channel.closeFuture().addListener(end -> free());
        if (channel.isOpen()) {
            NettyInternals.send(channel);
            if (isEstablished() && isInFlight()) {
                closing = new CloseSender(channel, code, reason);
                closing.check();
            } else {
                ChannelFuture closed = channel.close(true, code, Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8));
                assert closed != null;
            }
        }
    }

    private void free() {
        if (socket == null) {
            freed();
        } else {
            close(socket, () -> {
                share.giveBack();
                freed();
            });
        }
    }

    @Override
    public boolean awaitClosed(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        return super.awaitClosed(timeout) && (socket == null || share.awaitEnded(deadline.remaining()));
    }

    /** Closes a channel, then runs the action, whether or not closing succeeds. */
    static void close(Channel channel, Runnable then) {
        channel.close().addListener(end -> then.run());
    }
}
