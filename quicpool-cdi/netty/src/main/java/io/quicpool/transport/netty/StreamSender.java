package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The sending side of a stream: writes in order, then the FIN, with the last of them or after it. On the event loop. */
final class StreamSender {

    /** How long the final write is held so that its FIN can travel with it, where a FIN alone might be lost: see {@link FinScheduler}. */
    private static final int HOLD_MILLIS = 5;

    private final NettyStream stream;
    private final NettyConnection connection;
    private final NettyOutput output;
    private boolean ended;
    private boolean finSent;
    private boolean finWaits;
    // Bytes that were given to Netty and that quiche has not taken yet.
    private int inNetty;
    private @Nullable Runnable heldWrite;
    private @Nullable Future<?> holdTimer;

    StreamSender(NettyStream stream, NettyConnection connection, NettyOutput output) {
        this.stream = stream;
        this.connection = connection;
        this.output = output;
    }

    /** Whether nothing more will be sent. */
    boolean hasEnded() {
        return ended;
    }

    /** Nothing more will be sent: the stream was reset, the peer has stopped it, or the connection has ended. */
    void end() {
        writeHeld();
        ended = true;
    }

    void write(ByteBuf data, int length) {
        writeHeld();
        if (stream.inputHasEnded()
                && !isLast(length)
                && connection.streams().fins().atRisk()) {
            heldWrite = () -> writeNow(data, length);
            holdTimer = connection.loop().schedule(this::writeHeld, HOLD_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            writeNow(data, length);
        }
    }

    private void writeHeld() {
        Runnable write = heldWrite;
        if (write != null) {
            heldWrite = null;
            Objects.requireNonNull(holdTimer).cancel(false);
            write.run();
        }
    }

    private void writeNow(ByteBuf data, int length) {
        // A FIN that travels with the last data is sure to arrive.
        boolean last = isLast(length);
        inNetty += length;
        finSent |= last;
        finWaits &= !last;
        stream.channel()
                .write(last ? new DefaultQuicStreamFrame(data, true) : data)
                .addListener(sent -> {
                    inNetty -= length;
                    connection.buffers().done(data, length);
                    output.sent(length);
                    if (!sent.isSuccess()) {
                        failed(sent);
                    }
                    if (last) {
                        finWritten();
                    } else if (finWaits) {
                        connection.loop().execute(this::sendWaitingFin);
                    }
                });
    }

    // Whether only the FIN follows after the next "length" bytes.
    private boolean isLast(int length) {
        return output.endsWith(inNetty + length);
    }

    private void failed(Future<?> sent) {
        if (sent.cause() instanceof ChannelOutputShutdownException) {
            stream.stoppedByPeer();
        } else {
            output.lost(connection.explain(sent.cause()));
        }
    }

    /** Sends the FIN if it did not go with the last data. */
    void fin() {
        writeHeld();
        if (!finSent) {
            finSent = true;
            finWaits = true;
        }
        sendWaitingFin();
    }

    // A write that began before the close may not have come here yet. Its data goes first.
    private void sendWaitingFin() {
        if (!finWaits || output.isWaiting()) {
            return;
        }
        finWaits = false;
        connection.streams().fins().send(stream.channel(), stream.inputHasEnded(), this::finWritten);
    }

    private void finWritten() {
        ended = true;
        connection.finDone();
        stream.endIfDone();
    }
}
