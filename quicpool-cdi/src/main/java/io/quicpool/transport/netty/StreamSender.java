package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a stream sends: writes in their order, and its FIN with the last of them or behind it. On the event loop. */
final class StreamSender {

    /** So long the last of an answer waits for its end, where one that came alone might not arrive: see {@link DatalessFins}. */
    private static final int HOLD_MILLIS = 5;

    private final NettyStream stream;
    private final NettyConnection connection;
    private final NettyOutput output;
    private boolean ended;
    private boolean finSent;
    private boolean finWaits;
    // How many bytes Netty has that quiche has not taken yet.
    private int queued;
    private @Nullable Runnable held;
    private @Nullable Future<?> latest;

    StreamSender(NettyStream stream, NettyConnection connection, NettyOutput output) {
        this.stream = stream;
        this.connection = connection;
        this.output = output;
    }

    /** Whether nothing more will be sent. */
    boolean hasEnded() {
        return ended;
    }

    /** Nothing more will be sent: reset, stopped by the peer, or the connection has ended. */
    void end() {
        sendHeld();
        ended = true;
    }

    void write(ByteBuf data, int length) {
        sendHeld();
        if (stream.inputHasEnded() && !isLast(length) && connection.loneFins().atRisk()) {
            held = () -> writeNow(data, length);
            latest = connection.loop().schedule(this::sendHeld, HOLD_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            writeNow(data, length);
        }
    }

    private void sendHeld() {
        Runnable write = held;
        if (write != null) {
            held = null;
            Objects.requireNonNull(latest).cancel(false);
            write.run();
        }
    }

    private void writeNow(ByteBuf data, int length) {
        // With what was written last, where that is still here, an end is sure to arrive.
        boolean last = isLast(length);
        queued += length;
        finSent |= last;
        stream.channel()
                .write(last ? new DefaultQuicStreamFrame(data, true) : data)
                .addListener(sent -> {
                    queued -= length;
                    connection.buffers().done(data, length);
                    output.sent(length);
                    if (!sent.isSuccess()) {
                        failed(sent);
                    }
                    if (last) {
                        finGone();
                    } else if (finWaits && queued == 0) {
                        connection.loop().execute(this::finAlone);
                    }
                });
    }

    // Whether nothing follows behind so many bytes, which are the next for Netty, but the end.
    private boolean isLast(int length) {
        return output.endsWith(queued + length);
    }

    private void failed(Future<?> sent) {
        if (sent.cause() instanceof ChannelOutputShutdownException) {
            stream.stoppedByPeer();
        } else {
            output.fail(connection.explain(sent.cause()));
        }
    }

    /** Sends the FIN if it did not go with the last data. */
    void fin() {
        sendHeld();
        if (!finSent) {
            finSent = true;
            if (queued == 0) {
                finAlone();
            } else {
                finWaits = true;
            }
        }
    }

    private void finAlone() {
        connection.loneFins().send(stream.channel(), stream.inputHasEnded(), this::finGone);
    }

    private void finGone() {
        ended = true;
        connection.finEnds();
        stream.endIfDone();
    }
}
