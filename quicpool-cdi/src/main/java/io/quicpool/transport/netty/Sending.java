package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a stream sends: writes in their order, its FIN with the last of them or behind it, and between them a sentinel, which
 * notices that the peer wants no more. On the event loop.
 */
final class Sending {

    /** So long the last of an answer waits for its end, where one that came alone might not arrive: see {@link LoneFins}. */
    private static final int HOLD_MILLIS = 5;

    private final NettyStream stream;
    private final NettyConnection connection;
    private final NettyOutput output;
    private boolean ended;
    private boolean finSent;
    private boolean finWaits;
    private int writing;
    private @Nullable Runnable held;
    private @Nullable StopSentinel sentinel;

    Sending(NettyStream stream, NettyConnection connection, NettyOutput output) {
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
        disarm();
        ended = true;
    }

    void write(ByteBuf data, int length) {
        sendHeld();
        if (stream.inputHasEnded()
                && !output.endsWith(length)
                && connection.loneFins().losing()) {
            held = () -> writeNow(data, length);
            var latest = connection.loop().schedule(this::sendHeld, HOLD_MILLIS, TimeUnit.MILLISECONDS);
            assert latest != null;
        } else {
            writeNow(data, length);
        }
    }

    private void sendHeld() {
        Runnable write = held;
        if (write != null) {
            held = null;
            write.run();
        }
    }

    private void writeNow(ByteBuf data, int length) {
        disarm();
        writing++;
        // With what was written last, where that is still here, an end is sure to arrive.
        boolean last = output.endsWith(length);
        finSent |= last;
        stream.channel()
                .write(last ? new DefaultQuicStreamFrame(data, true) : data)
                .addListener(sent -> {
                    writing--;
                    connection.buffers().done(data, length);
                    output.sent(length);
                    if (!sent.isSuccess()) {
                        failed(sent);
                    } else if (!last) {
                        arm();
                    }
                    if (last) {
                        finGone();
                    } else if (finWaits && writing == 0) {
                        connection.loop().execute(this::finAlone);
                    }
                });
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
            disarm();
            if (writing == 0) {
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

    /**
     * Puts up the sentinel, unless something is written that serves as one. Also where nobody waits for the end: what is written to a
     * stream that the peer has stopped, and that is over in both directions, waits in Netty's queue for ever.
     */
    void arm() {
        if (sentinel != null || writing > 0 || finSent || ended) {
            return;
        }
        StopSentinel armed = new StopSentinel();
        sentinel = armed;
        stream.channel().write(armed).addListener(sent -> {
            if (armed.isArmed()) {
                sentinel = null;
            }
            if (sent.cause() instanceof ChannelOutputShutdownException) {
                // Later: a RESET_STREAM in the same packet, which has the peer's code, is about to be seen.
                connection.loop().execute(stream::stoppedByPeer);
            }
        });
    }

    private void disarm() {
        StopSentinel armed = sentinel;
        if (armed != null) {
            armed.disarm();
            sentinel = null;
        }
    }
}
