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
 * each direction:  OPEN --FIN, RESET, STOP_SENDING, connection lost--&gt; ENDED;  both ENDED: its channel is closed
 * alive:           until a reset or a refusal, the end without a byte that was not read, or the end of the connection
 * </pre>
 *
 * <p>Changed on the event loop only; what others read is volatile. Data is asked for as long as there is room for it, also on an
 * idle stream: so its end is seen at once.
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
    private final AtomicBoolean toldToStop = new AtomicBoolean();
    private volatile boolean dead;
    private volatile boolean unwanted;
    private volatile long peerError = -1;
    private volatile @Nullable QuicStreamChannel channel;
    // The event loop's own.
    private boolean inputEnded;
    private boolean stopSent;
    private boolean ending;
    private int resetCode = -1;

    NettyStream(NettyConnection connection, boolean accepted) {
        this.connection = connection;
        this.accepted = accepted;
        this.output = new NettyOutput(this, connection.buffers());
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

    // ---- what the peer does; on the event loop

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        QuicStreamChannel added = (QuicStreamChannel) context.channel();
        added.config().setAutoRead(false).setAllowHalfClosure(true).setReadFrames(true);
        channel = added;
        connection.begun(this);
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
        // What is refused is taken all the same, until the peer has stopped: its end may be behind it.
        if (came(frame.content(), frame.hasFin()) != NettyInput.Arrival.ENOUGH) {
            context.read();
        }
    }

    /** A thread that waited for data is given some. */
    void readerWoken() {
        connection.poll().readerWoken();
    }

    /**
     * Looks whether the peer's end has come without a word of quiche's. Only where all that quiche had to say was asked for: of a stream that
     * was reset it says as well that all has come, and a RESET_STREAM must not be taken for a FIN.
     */
    void lookForEnd() {
        if (!inputEnded && input.isAsking() && NettyInternals.isSurelyFinished(channel())) {
            came(Unpooled.EMPTY_BUFFER, true);
        }
    }

    /** The peer wants no more, or quiche has let go of the stream, which may be because of that. */
    void foundStopped() {
        if (!sending.hasEnded()) {
            stoppedByPeer();
        }
    }

    private NettyInput.Arrival came(ByteBuf content, boolean last) {
        NettyInput.Arrival arrival = input.put(content, last);
        if (last) {
            inputEnded = true;
            if (input.isOver()) {
                die();
            }
        } else if (arrival == NettyInput.Arrival.REFUSED && unwanted) {
            stopReceiving(0);
        }
        fire();
        endIfDone();
        return arrival;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset) {
            peerError = reset.applicationProtocolCode();
            input.reset(new IOException("Stream reset by peer, code " + peerError));
            inputEnded = true;
            die();
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
        // Before the reader hears of it, who may write at once.
        output.fail(why);
        input.lost(why);
        inputEnded = true;
        sending.end();
        connection.ended(this);
        die();
        endIfDone();
    }

    /** The peer has sent STOP_SENDING. */
    void stoppedByPeer() {
        output.fail(new IOException("the peer wants no more of the stream"));
        sending.end();
        dead = true;
        if (inputEnded) {
            runWhenDead();
        } else {
            // Mostly a RESET_STREAM follows, with the code that Netty does not tell of this one.
            var later = loop().schedule(this::runWhenDead, RESET_FOLLOWS_MILLIS, TimeUnit.MILLISECONDS);
            assert later != null;
        }
        endIfDone();
    }

    private void die() {
        dead = true;
        runWhenDead();
    }

    private void runWhenDead() {
        Runnable action = whenEnded.getAndSet(null);
        if (action != null) {
            EngineEvents.guarded(action);
        }
    }

    // ---- what is known of it

    @Override
    public boolean alive() {
        return !dead && connection.alive() && !input.isOver();
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
        onLoop(this::fire);
    }

    private void fire() {
        Pending wanted = pending.get();
        if (wanted != null && !dead && input.has(wanted.bytes) && pending.compareAndSet(wanted, null)) {
            EngineEvents.guarded(wanted.action);
        }
    }

    @Override
    public void whenEnded(Runnable action) {
        whenEnded.set(action);
        onLoop(() -> {
            if (dead || !connection.alive()) {
                runWhenDead();
            }
        });
    }

    /** Runs a task on the event loop, at once if this is it; nothing when the loop has ended. */
    private void onLoop(Runnable task) {
        if (onEventLoop()) {
            task.run();
            return;
        }
        try {
            loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The pool is closed, and its streams with it.
            dead = true;
        }
    }

    /** Says in words why something failed: for the connection's end, if that is why. */
    IOException explain(IOException failure) {
        return connection.alive()
                ? new IOException(
                        Printable.said(String.valueOf(failure.getMessage()), CloseReason.MAX_LENGTH),
                        Printable.cause(failure))
                : connection.explain(failure);
    }

    // ---- sending

    /** Hands over what was written. Any thread. */
    void send(ByteBuf data, int length) {
        if (onEventLoop()) {
            sending.write(data, length);
            return;
        }
        try {
            loop().execute(() -> {
                sending.write(data, length);
                connection.poll().written();
            });
        } catch (RejectedExecutionException e) {
            data.release(data.refCnt());
            output.fail(connection.explain(e));
        }
    }

    /** A FIN is to be sent: with what was written, or behind it by {@link #sendFin}. Any thread. */
    void finBegins() {
        connection.finBegins();
    }

    /** Sends the FIN if it did not go with the last data. Any thread. */
    void sendFin() {
        onLoop(sending::fin);
    }

    // ---- receiving

    /** There is room again. The reader. */
    void askForMore() {
        onLoop(() -> channel().read());
    }

    /**
     * Nothing is read any more. The peer is told so when it sends something, not before: as long as it holds the stream in
     * stock, STOP_SENDING would make it give up what was written for whoever takes it.
     */
    void noMoreReading() {
        unwanted = true;
        if (input.stop()) {
            stopReceiving(0);
        }
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        input.stop();
        if (!toldToStop.compareAndSet(false, true)) {
            return;
        }
        onLoop(() -> {
            if (!inputEnded) {
                connection.sendLater(() -> whateverComes(channel().shutdownInput(code(applicationErrorCode))));
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
        noMoreReading();
        letGo();
        onLoop(() -> {
            if (!inputEnded) {
                connection.halfEnded(this);
            }
        });
    }

    @Override
    public void reset(long applicationErrorCode) {
        letGo();
        input.stop();
        IOException why = new IOException("the stream was reset on this side");
        output.fail(why);
        onLoop(() -> {
            if (!sending.hasEnded()) {
                sending.end();
                if (inputEnded && !stopSent) {
                    connection.sendLater(() -> whateverComes(channel().shutdownOutput(code(applicationErrorCode))));
                } else {
                    // Kept back until the peer has answered; what it is told at once is not to send.
                    resetCode = code(applicationErrorCode);
                }
            }
            stopReceiving(applicationErrorCode);
        });
    }

    // What cannot be ended any more has ended.
    @SuppressWarnings("unused")
    private static void whateverComes(Future<?> end) {}

    private void letGo() {
        pending.set(null);
        whenEnded.set(null);
    }

    // Netty takes half of the codes that QUIC has.
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
        if (inputEnded && sending.hasEnded() && known != null && !ending) {
            ending = true;
            connection.settling().add(this);
        }
    }

    /** Whether the peer was told to stop (STOP_SENDING). Any thread. */
    boolean wasToldToStop() {
        return toldToStop.get();
    }

    /** Whether quiche needs a word to let go of it, and the peer's end has come. */
    boolean isStuck() {
        return (stopSent || NettyInternals.isStopped(channel())) && NettyInternals.isFinished(channel());
    }

    /** Both ends are known: says this side's own, perhaps once more. */
    void lastWord() {
        if (resetCode >= 0) {
            int code = resetCode;
            resetCode = -1;
            connection.sendLater(() -> whateverComes(channel().shutdownOutput(code)));
        } else {
            connection.sendLater(() -> NettyInternals.sendFinAgain(channel()));
        }
    }

    /** Closes the channel of a stream that is over. */
    void dispose() {
        QuicStreamChannel known = channel();
        connection.sendLater(() -> whateverComes(known.close()));
        NettyInternals.forget(known);
        connection.ended(this);
    }

    @Override
    public String toString() {
        return "stream " + (channel == null ? "?" : channel().streamId()) + " of " + connection + ": unread "
                + input.unread() + (finished() ? ", finished" : "") + (dead ? ", dead" : "");
    }
}
