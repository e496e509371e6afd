package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.quicpool.transport.Deadline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose congestion window may be full. quiche then sends no CONNECTION_CLOSE, and Netty tries only once. So the frame
 * is given to quiche when an acknowledgement has made room, or just before quiche's next probe, which may exceed the window (RFC 9002,
 * section 7.5). The channel is closed when the frame has left.
 *
 * <p>On the event loop.
 */
final class CloseSender {

    private static final int PAUSE_MILLIS = 5;

    /** Less than the time in which a pool closes its connections. */
    private static final Duration MAX_WAIT = Duration.ofMillis(500);

    private final QuicChannel channel;
    private final int code;
    private final String reason;
    private final Deadline deadline = Deadline.after(MAX_WAIT);
    private boolean given;
    private long sent;
    private long roundTrip;

    CloseSender(QuicChannel channel, int code, String reason) {
        this.channel = channel;
        this.code = code;
        this.reason = reason;
        roundTrip = roundTrip();
        // The room is for the frame. Data that waits would use it up.
        NettyInternals.holdSending(channel, true);
    }

    private long packetsSent() {
        QuicConnectionStats stats = channel.collectStats().getNow();
        return stats == null ? 0 : stats.sent();
    }

    // Another value, to the nanosecond, means that something was acknowledged.
    private long roundTrip() {
        QuicConnectionPathStats path = channel.collectPathStats(0).getNow();
        return path == null ? 0 : path.rtt();
    }

    /** A datagram of the peer was read. */
    void datagramRead() {
        if (!given && roundTrip() != roundTrip) {
            give();
        }
    }

    /** Waits until the frame has left, then closes the channel. */
    void check() {
        if (!given && NettyInternals.nextTimeout(channel) < TimeUnit.MILLISECONDS.toNanos(2 * PAUSE_MILLIS)) {
            give();
        }
        if ((given && packetsSent() != sent) || deadline.hasPassed()) {
            closeChannel();
        } else if (channel.isOpen()) {
            var next = channel.eventLoop().schedule(this::check, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            assert next != null;
        }
    }

    private void give() {
        given = true;
        NettyInternals.holdSending(channel, false);
        sent = packetsSent();
        NettyInternals.close(channel, code, text());
    }

    private void closeChannel() {
        NettyInternals.holdSending(channel, false);
        ChannelFuture closed = channel.close(true, code, text());
        assert closed != null;
    }

    private ByteBuf text() {
        return Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8);
    }
}
