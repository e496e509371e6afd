package io.quicpool.transport.netty;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * FINs that quiche may drop before the peer has them, see {@link DatalessFins}. Each
 *
 * <ul>
 *   <li>is sent before everything else, three times, or five on a connection that loses datagrams: enough where single datagrams are
 *       lost;
 *   <li>is kept for eight seconds and sent again while the connection loses datagrams, since all copies may be lost together. As long as
 *       quiche has the stream it sends the FIN, afterwards the same datagram is sent again. A peer drops a datagram that it has seen
 *       before (RFC 9000, section 12.3).
 * </ul>
 *
 * <p>On the event loop.
 */
final class RepeatedFins {

    /** quiche sends the stream before all others. */
    private static final QuicStreamPriority HIGHEST_PRIORITY = new QuicStreamPriority(0, false);

    private static final int COPIES = 2;
    private static final int COPIES_WHEN_LOSING = 4;
    private static final int FIRST_REPEAT_MILLIS = 2;
    // Each interval is twice the one before, and the last repeat comes after eight seconds. The first come soon, since
    // quiche takes a packet that is 128 packets old for one that it has seen.
    private static final int MAX_REPEATS = 12;
    private static final int MAX_KEPT = 256;

    /** A FIN that was given to quiche, and the datagram that was sent for it. */
    private static final class Kept {
        private final QuicStreamChannel stream;
        private byte @Nullable [] datagram;
        private int repeats;
        private boolean dropped;

        private Kept(QuicStreamChannel stream) {
            this.stream = stream;
        }
    }

    private final QuicChannel connection;
    private final BooleanSupplier losing;
    private final Deque<Kept> all = new ArrayDeque<>();

    /** {@code losing} tells whether the connection loses datagrams. */
    RepeatedFins(QuicChannel connection, BooleanSupplier losing) {
        this.connection = connection;
        this.losing = losing;
    }

    /** Sends the FIN of a stream, which {@code write} writes, and keeps it. */
    void send(QuicStreamChannel stream, Runnable write) {
        Kept kept = new Kept(stream);
        stream.updatePriority(HIGHEST_PRIORITY).addListener(set -> {});
        kept.datagram = capture(write);
        for (int i = losing.getAsBoolean() ? COPIES_WHEN_LOSING : COPIES; i > 0; i--) {
            sendCopy(kept);
        }
        all.add(kept);
        if (all.size() > MAX_KEPT) {
            all.remove().dropped = true;
        }
        schedule(kept);
    }

    private void sendCopy(Kept kept) {
        if (kept.datagram != null) {
            InetSocketAddress peer = (InetSocketAddress) Objects.requireNonNull(connection.remoteSocketAddress());
            connection
                    .parent()
                    .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(kept.datagram), peer))
                    .addListener(sent -> {});
        }
    }

    private void schedule(Kept kept) {
        var next = connection
                .eventLoop()
                .schedule(
                        () -> repeatIfLosing(kept), (long) FIRST_REPEAT_MILLIS << kept.repeats, TimeUnit.MILLISECONDS);
        assert next != null;
    }

    private void repeatIfLosing(Kept kept) {
        if (kept.dropped || !connection.isOpen()) {
            return;
        }
        if (losing.getAsBoolean()) {
            resend(kept);
        }
        if (++kept.repeats < MAX_REPEATS) {
            schedule(kept);
        } else {
            all.remove(kept);
        }
    }

    private void resend(Kept kept) {
        if (NettyInternals.isGone(kept.stream)) {
            sendCopy(kept);
        } else {
            byte[] datagram = capture(() -> NettyInternals.sendFinAgain(kept.stream));
            kept.datagram = datagram == null ? kept.datagram : datagram;
        }
    }

    // While Netty reads a batch it sends nothing before the end of the batch, so that is ended now.
    private byte @Nullable [] capture(Runnable writing) {
        return connection.parent().pipeline().get(OutboundTap.class).capture(() -> {
            writing.run();
            BusyPoll.endBatch(connection.parent());
        });
    }

    /** The handler next to a socket, which captures the first datagram that leaves. */
    static final class OutboundTap extends ChannelOutboundHandlerAdapter {

        private boolean watching;
        private byte @Nullable [] first;

        private byte @Nullable [] capture(Runnable sending) {
            first = null;
            watching = true;
            sending.run();
            watching = false;
            return first;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (watching && first == null && message instanceof DatagramPacket datagram) {
                first = ByteBufUtil.getBytes(datagram.content());
            }
            super.write(context, message, promise);
        }
    }
}
