package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.concurrent.Future;
import io.quicpool.transport.engine.AbstractStream;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream of quiche. What this side does to it is done on the event loop, where its channel reports what the peer does. When both
 * directions have ended, the channel is closed.
 */
final class NettyStream extends AbstractStream {

    private static final int RESET_FOLLOWS_MILLIS = 20;

    private final NettyConnection connection;
    private final boolean accepted;
    private final NettyInput input;
    private final NettyOutput output;
    private final StreamSender sender;
    private volatile @Nullable QuicStreamChannel channel;
    // Only for the event loop.
    // Everything that has arrived is read from quiche.
    private boolean reading = true;
    private boolean stopSent;
    private boolean disposing;
    private int resetCode = -1;

    NettyStream(NettyConnection connection, boolean accepted) {
        this.connection = connection;
        this.accepted = accepted;
        this.input = new NettyInput(this);
        this.output = new NettyOutput(this, connection.buffers(), connection.unsent());
        this.sender = new StreamSender(this, connection, output);
    }

    QuicStreamChannel channel() {
        QuicStreamChannel known = channel;
        if (known == null) {
            throw new IllegalStateException("not open yet");
        }
        return known;
    }

    boolean onEventLoop() {
        return connection.loop().inEventLoop();
    }

    @Override
    public NettyConnection connection() {
        return connection;
    }

    @Override
    public NettyInput input() {
        return input;
    }

    @Override
    public NettyOutput output() {
        return output;
    }

    @Override
    protected void execute(Runnable task) {
        connection.execute(task);
    }

    // ---- receiving

    /** The last handler of the channel. It reads while there is room, even on an idle stream, so that the end is seen at once. */
    ChannelHandler handler() {
        return new Events();
    }

    private final class Events extends ChannelInboundHandlerAdapter {

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            QuicStreamChannel added = (QuicStreamChannel) context.channel();
            added.config().setAutoRead(false).setAllowHalfClosure(true).setReadFrames(true);
            channel = added;
            connection.streams().opened(NettyStream.this);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (accepted) {
                connection.accepted(NettyStream.this);
            }
            context.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            QuicStreamFrame frame = (QuicStreamFrame) message;
            // Refused data is read too, until the peer has stopped: its end may come after it.
            reading = arrived(frame.content(), frame.hasFin()) != NettyInput.Arrival.ENOUGH;
            if (reading) {
                context.read();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof QuicStreamResetException reset) {
                resetReceived(reset.applicationProtocolCode());
                endIfDone();
                return;
            }
            IOException why = connection.explain(cause);
            if (!connection.alive()) {
                output.lost(why);
            }
            input.lost(why);
            // No event of quiche may follow.
            ended();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost(connection.explain(null));
            sender.end();
            connection.streams().closed(NettyStream.this);
            endIfDone();
        }
    }

    private NettyInput.Arrival arrived(ByteBuf content, boolean last) {
        NettyInput.Arrival arrival = input.put(content, last);
        if (last && input.unread() == 0) {
            allRead();
        } else if (arrival == NettyInput.Arrival.REFUSED) {
            unreadDataCame();
        }
        fireIfReadable();
        endIfDone();
        return arrival;
    }

    /**
     * Checks whether the peer's FIN has come without an event of quiche. Only when everything was read from quiche: it reports a reset
     * stream as finished too, and a RESET_STREAM must not be taken for a FIN.
     */
    void checkForFin() {
        if (!inputHasEnded() && reading && NettyInternals.isKnownFinished(channel())) {
            arrived(Unpooled.EMPTY_BUFFER, true);
        }
    }

    @Override
    protected void checkReadable() {
        execute(this::fireIfReadable);
    }

    private void fireIfReadable() {
        if (isAwaited() && fireIfReadable(input.unread(), finished()) && finished()) {
            // A whole message: its answer, or the next request, may follow at once.
            connection.busyPoll().readerWoken();
        }
    }

    /** Data arrived for a thread that waits for it. */
    void readerWoken() {
        connection.busyPoll().readerWoken();
    }

    /** There is room for more data. On the reader's thread. */
    void requestMore() {
        execute(() -> {
            reading = true;
            channel().read();
        });
    }

    @Override
    protected void sendStopSending(long applicationErrorCode) {
        if (!inputHasEnded()) {
            connection.streams().sendLater(() -> ignore(channel().shutdownInput(code(applicationErrorCode))));
            stopSent = true;
        }
        endIfDone();
    }

    /** Whether the peer's direction has ended, or the peer was told to stop. On the event loop. */
    boolean inputHasEnded() {
        return stopSent || !input.isOpen();
    }

    // ---- sending

    /** Hands written data to Netty. Any thread. */
    void send(ByteBuf data, int length) {
        if (onEventLoop()) {
            sender.write(data, length);
            return;
        }
        try {
            connection.loop().execute(() -> {
                sender.write(data, length);
                connection.busyPoll().written();
            });
        } catch (RejectedExecutionException e) {
            data.release(data.refCnt());
            output.lost(e);
        }
    }

    /** A FIN is to be sent: with the last data, or after it by {@link #sendFin}. Any thread. */
    void finPending() {
        connection.finPending();
    }

    /** Sends the FIN if it did not go with the last data. Any thread. */
    void sendFin() {
        execute(sender::fin);
    }

    /** The peer has sent STOP_SENDING, or quiche has dropped the stream, which may be for the same reason. */
    void onStopFound() {
        if (!sender.hasEnded()) {
            stoppedByPeer();
        }
    }

    /** The peer has sent STOP_SENDING. */
    void stoppedByPeer() {
        stopSendingReceived(-1);
        sender.end();
        if (inputHasEnded()) {
            ended();
        } else {
            // Mostly a RESET_STREAM follows, with the error code. Netty does not tell that of STOP_SENDING.
            var later = connection.loop().schedule(this::ended, RESET_FOLLOWS_MILLIS, TimeUnit.MILLISECONDS);
            assert later != null;
        }
        endIfDone();
    }

    boolean hasEndedSending() {
        return sender.hasEnded();
    }

    @Override
    protected void sendReset(long applicationErrorCode) {
        if (!sender.hasEnded()) {
            sender.end();
            if (inputHasEnded() && !stopSent) {
                connection.streams().sendLater(() -> ignore(channel().shutdownOutput(code(applicationErrorCode))));
            } else {
                // The RESET_STREAM is held back until the peer has ended its direction. STOP_SENDING goes now.
                resetCode = code(applicationErrorCode);
            }
        }
    }

    // A failure means that the stream has ended already.
    @SuppressWarnings("unused")
    private static void ignore(Future<?> end) {}

    // Netty has ints for error codes, QUIC has 62 bits.
    private static int code(long applicationErrorCode) {
        return (int) Math.min(Integer.MAX_VALUE, applicationErrorCode);
    }

    // ---- the end

    @Override
    protected void closed() {
        if (!inputHasEnded()) {
            connection.streams().halfEnded(this);
        }
    }

    void endIfDone() {
        if (inputHasEnded() && sender.hasEnded() && channel != null && !disposing) {
            disposing = true;
            connection.streams().ended(this);
        }
    }

    /** Whether the peer was told to stop (STOP_SENDING); for tests. On the event loop. */
    boolean hasSentStopSending() {
        return stopSent;
    }

    /** Whether quiche keeps the stream until it sends another frame, and the peer's end has come. */
    boolean needsFinalFrame() {
        return (stopSent || NettyInternals.isStopped(channel())) && NettyInternals.isFinished(channel());
    }

    /** Both directions have ended: sends this side's RESET_STREAM or FIN, maybe again. */
    void sendFinalFrame() {
        if (resetCode >= 0) {
            int code = resetCode;
            resetCode = -1;
            connection.streams().sendLater(() -> ignore(channel().shutdownOutput(code)));
        } else {
            connection.streams().sendLater(() -> NettyInternals.sendFinAgain(channel()));
        }
    }

    /** Closes the channel of a stream that has ended. */
    void dispose() {
        QuicStreamChannel known = channel();
        connection.streams().sendLater(() -> ignore(known.close()));
        NettyInternals.removeClosedStream(known);
        connection.streams().closed(this);
    }

    @Override
    public String toString() {
        return (channel == null ? "?" : channel().streamId()) + ": " + super.toString();
    }
}
