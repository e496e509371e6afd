package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.concurrent.Future;
import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream of quiche, and the last handler of its channel.
 *
 * <pre>
 * each direction:  OPEN --FIN, RESET_STREAM, STOP_SENDING, connection lost--&gt; ENDED;  both ENDED: its channel is closed
 * alive:           until a reset or STOP_SENDING, a FIN with nothing left to read, or the end of the connection
 * </pre>
 *
 * <p>State changes on the event loop only; fields that other threads read are volatile. It reads from Netty while there is room, even on
 * an idle stream, so that the end of the stream is seen at once.
 */
final class NettyStream extends ChannelInboundHandlerAdapter implements EngineStream {

    private static final int RESET_FOLLOWS_MILLIS = 20;

    private record Pending(int bytes, Runnable action) {}

    private final NettyConnection connection;
    private final boolean accepted;
    private final NettyInput input = new NettyInput(this);
    private final NettyOutput output;
    private final StreamSender sending;
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> whenEnded = new AtomicReference<>();
    private final AtomicBoolean stopSendingRequested = new AtomicBoolean();
    private volatile boolean ended;
    private volatile boolean readingStopped;
    private volatile long peerError = -1;
    private volatile @Nullable QuicStreamChannel channel;
    // Only for the event loop.
    private boolean inputEnded;
    // Everything that has arrived is read from quiche.
    private boolean reading = true;
    private boolean stopSent;
    private boolean disposing;
    private int resetCode = -1;

    NettyStream(NettyConnection connection, boolean accepted) {
        this.connection = connection;
        this.accepted = accepted;
        this.output = new NettyOutput(this, connection.buffers(), connection.unsent());
        this.sending = new StreamSender(this, connection, output);
    }

    QuicStreamChannel channel() {
        QuicStreamChannel known = channel;
        if (known == null) {
            throw new IllegalStateException("not open yet");
        }
        return known;
    }

    private EventLoop loop() {
        return connection.loop();
    }

    boolean onEventLoop() {
        return loop().inEventLoop();
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    // ---- events of the channel; on the event loop

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        QuicStreamChannel added = (QuicStreamChannel) context.channel();
        added.config().setAutoRead(false).setAllowHalfClosure(true).setReadFrames(true);
        channel = added;
        connection.streams().opened(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (accepted) {
            connection.accepted(this);
        }
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        QuicStreamFrame frame = (QuicStreamFrame) message;
        // Refused data is read too, until the peer has stopped: its end may come after it.
        reading = handleData(frame.content(), frame.hasFin()) != NettyInput.Arrival.ENOUGH;
        if (reading) {
            context.read();
        }
    }

    /** Data arrived for a thread that waits for it. */
    void readerWoken() {
        connection.busyPoll().readerWoken();
    }

    /**
     * Checks whether the peer's FIN has come without an event of quiche. Only when everything was read from quiche: it reports a reset
     * stream as finished too, and a RESET_STREAM must not be taken for a FIN.
     */
    void checkForFin() {
        if (!inputEnded && reading && NettyInternals.isKnownFinished(channel())) {
            handleData(Unpooled.EMPTY_BUFFER, true);
        }
    }

    /** The peer has sent STOP_SENDING, or quiche has dropped the stream, which may be for the same reason. */
    void onStopFound() {
        if (!sending.hasEnded()) {
            stoppedByPeer();
        }
    }

    private NettyInput.Arrival handleData(ByteBuf content, boolean last) {
        NettyInput.Arrival arrival = input.put(content, last);
        if (last) {
            inputEnded = true;
            if (input.isExhausted()) {
                markEnded();
            }
        } else if (arrival == NettyInput.Arrival.REFUSED && readingStopped) {
            stopReceiving(0);
        }
        fireIfReadable();
        endIfDone();
        return arrival;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset) {
            peerError = reset.applicationProtocolCode();
            input.reset(new IOException("Stream reset by peer, code " + peerError));
            inputEnded = true;
            markEnded();
            endIfDone();
        } else {
            IOException why = connection.explain(cause);
            if (!connection.alive()) {
                output.fail(why);
            }
            input.lost(why);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        IOException why = connection.explain(null);
        // Before the reader is woken, which may write at once.
        output.fail(why);
        input.lost(why);
        inputEnded = true;
        sending.end();
        connection.streams().closed(this);
        markEnded();
        endIfDone();
    }

    /** The peer has sent STOP_SENDING. */
    void stoppedByPeer() {
        output.fail(new IOException("the peer stopped receiving (STOP_SENDING)"));
        sending.end();
        ended = true;
        if (inputEnded) {
            runWhenDead();
        } else {
            // Mostly a RESET_STREAM follows, with the error code. Netty does not tell that of STOP_SENDING.
            var later = loop().schedule(this::runWhenDead, RESET_FOLLOWS_MILLIS, TimeUnit.MILLISECONDS);
            assert later != null;
        }
        endIfDone();
    }

    private void markEnded() {
        ended = true;
        runWhenDead();
    }

    private void runWhenDead() {
        Runnable action = whenEnded.getAndSet(null);
        if (action != null) {
            EngineEvents.guarded(action);
        }
    }

    // ---- state

    @Override
    public boolean alive() {
        return !ended && connection.alive() && !input.isExhausted();
    }

    @Override
    public boolean finished() {
        return input.isFinished();
    }

    @Override
    public long peerError() {
        return peerError;
    }

    @Override
    public void whenReadable(int bytes, Runnable action) {
        pending.set(new Pending(bytes, action));
        onLoop(this::fireIfReadable);
    }

    private void fireIfReadable() {
        Pending wanted = pending.get();
        if (wanted != null && !ended && input.canRead(wanted.bytes) && pending.compareAndSet(wanted, null)) {
            EngineEvents.guarded(wanted.action);
        }
    }

    @Override
    public void whenEnded(Runnable action) {
        whenEnded.set(action);
        onLoop(() -> {
            if (ended || !connection.alive()) {
                runWhenDead();
            }
        });
    }

    /** Runs a task on the event loop, at once if this is its thread. Does nothing when the loop has ended. */
    private void onLoop(Runnable task) {
        if (onEventLoop()) {
            task.run();
            return;
        }
        try {
            loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The pool is closed, and so are its streams.
            ended = true;
        }
    }

    /** Turns a failure into one with a useful message, which names the end of the connection if that is the cause. */
    IOException explain(IOException failure) {
        return connection.alive()
                ? new IOException(
                        Printable.said(String.valueOf(failure.getMessage()), CloseReason.MAX_LENGTH),
                        Printable.cause(failure))
                : connection.explain(failure);
    }

    // ---- sending

    /** Hands written data to Netty. Any thread. */
    void send(ByteBuf data, int length) {
        if (onEventLoop()) {
            sending.write(data, length);
            return;
        }
        try {
            loop().execute(() -> {
                sending.write(data, length);
                connection.busyPoll().written();
            });
        } catch (RejectedExecutionException e) {
            data.release(data.refCnt());
            output.fail(connection.explain(e));
        }
    }

    /** A FIN is to be sent: with the last data, or after it by {@link #sendFin}. Any thread. */
    void finPending() {
        connection.finPending();
    }

    /** Sends the FIN if it did not go with the last data. Any thread. */
    void sendFin() {
        onLoop(sending::fin);
    }

    // ---- receiving

    /** There is room for more data. On the reader's thread. */
    void requestMore() {
        onLoop(() -> {
            reading = true;
            channel().read();
        });
    }

    /**
     * Nothing is read from now on. STOP_SENDING follows only if the peer has sent or sends something: a peer that holds the stream as
     * idle would evict it on STOP_SENDING, and lose what was written to it.
     */
    void stopReading() {
        readingStopped = true;
        if (input.stop()) {
            stopReceiving(0);
        }
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        input.stop();
        if (!stopSendingRequested.compareAndSet(false, true)) {
            return;
        }
        onLoop(() -> {
            if (!inputEnded) {
                connection.streams().sendLater(() -> ignore(channel().shutdownInput(code(applicationErrorCode))));
                stopSent = true;
                inputEnded = true;
            }
            endIfDone();
        });
    }

    // ---- the end

    @Override
    public void close() {
        output.close();
        stopReading();
        dropListeners();
        onLoop(() -> {
            if (!inputEnded) {
                connection.streams().halfEnded(this);
            }
        });
    }

    @Override
    public void reset(long applicationErrorCode) {
        dropListeners();
        input.stop();
        IOException why = new IOException("the stream was reset on this side");
        output.fail(why);
        onLoop(() -> {
            if (!sending.hasEnded()) {
                sending.end();
                if (inputEnded && !stopSent) {
                    connection.streams().sendLater(() -> ignore(channel().shutdownOutput(code(applicationErrorCode))));
                } else {
                    // The RESET_STREAM is held back until the peer has ended its direction. STOP_SENDING goes now.
                    resetCode = code(applicationErrorCode);
                }
            }
            stopReceiving(applicationErrorCode);
        });
    }

    // A failure means that the stream has ended already.
    @SuppressWarnings("unused")
    private static void ignore(Future<?> end) {}

    private void dropListeners() {
        pending.set(null);
        whenEnded.set(null);
    }

    // Netty has ints for error codes, QUIC has 62 bits.
    private static int code(long applicationErrorCode) {
        return (int) Math.min(Integer.MAX_VALUE, applicationErrorCode);
    }

    boolean hasEndedSending() {
        return sending.hasEnded();
    }

    boolean inputHasEnded() {
        return inputEnded;
    }

    void endIfDone() {
        QuicStreamChannel known = channel;
        if (inputEnded && sending.hasEnded() && known != null && !disposing) {
            disposing = true;
            connection.streams().ended(this);
        }
    }

    /** Whether the peer was told to stop (STOP_SENDING). Any thread. */
    boolean hasSentStopSending() {
        return stopSendingRequested.get();
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
        return "stream " + (channel == null ? "?" : channel().streamId()) + " of " + connection + ": unread "
                + input.unread() + (finished() ? ", finished" : "") + (ended ? ", dead" : "");
    }
}
