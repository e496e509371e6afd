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
 * The FINs of a connection of which quiche may let go before the peer has them, see {@link DatalessFins}. Each leaves before all else
 *
 * <ul>
 *   <li>and goes out three times, or five, which is enough where single datagrams are lost;
 *   <li>is kept for eight seconds, and sent again while the connection is known to lose something, for all may be lost together: by
 *       quiche as long as that knows the stream, then as it was sent. A peer that has it drops a datagram that it has seen
 *       (RFC 9000, section 12.3).
 * </ul>
 *
 * <p>On the event loop.
 */
final class RepeatedFins {

    /** The next that quiche sends. */
    private static final QuicStreamPriority FIRST = new QuicStreamPriority(0, false);

    private static final int COPIES = 2;
    private static final int COPIES_WHERE_LOSING = 4;
    private static final int LOOK_MILLIS = 2;
    // Each as long after the one before as that was after the FIN, the last after eight seconds. The first are
    // soon, for quiche takes what is 128 packets old for something that it has seen.
    private static final int LOOKS = 12;
    private static final int MOST_KEPT = 256;

    /** A FIN that was given to quiche, and the datagram that left then. */
    private static final class Kept {
        private final QuicStreamChannel stream;
        private byte @Nullable [] datagram;
        private int looks;
        private boolean dropped;

        private Kept(QuicStreamChannel stream) {
            this.stream = stream;
        }
    }

    private final QuicChannel connection;
    private final BooleanSupplier losing;
    private final Deque<Kept> all = new ArrayDeque<>();

    /** Makes those of a connection, of which it can be told whether it loses datagrams. */
    RepeatedFins(QuicChannel connection, BooleanSupplier losing) {
        this.connection = connection;
        this.losing = losing;
    }

    /** Sends the FIN of a stream, by writing it, and keeps it. */
    void send(QuicStreamChannel stream, Runnable write) {
        Kept kept = new Kept(stream);
        stream.updatePriority(FIRST).addListener(set -> {});
        kept.datagram = firstOf(write);
        for (int i = losing.getAsBoolean() ? COPIES_WHERE_LOSING : COPIES; i > 0; i--) {
            repeat(kept);
        }
        all.add(kept);
        if (all.size() > MOST_KEPT) {
            all.remove().dropped = true;
        }
        later(kept);
    }

    private void repeat(Kept kept) {
        if (kept.datagram != null) {
            InetSocketAddress peer = (InetSocketAddress) Objects.requireNonNull(connection.remoteSocketAddress());
            connection
                    .parent()
                    .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(kept.datagram), peer))
                    .addListener(sent -> {});
        }
    }

    private void later(Kept kept) {
        var next = connection
                .eventLoop()
                .schedule(() -> look(kept), (long) LOOK_MILLIS << kept.looks, TimeUnit.MILLISECONDS);
        assert next != null;
    }

    private void look(Kept kept) {
        if (kept.dropped || !connection.isOpen()) {
            return;
        }
        if (losing.getAsBoolean()) {
            again(kept);
        }
        if (++kept.looks < LOOKS) {
            later(kept);
        } else {
            all.remove(kept);
        }
    }

    private void again(Kept kept) {
        if (NettyInternals.isGone(kept.stream)) {
            repeat(kept);
        } else {
            byte[] datagram = firstOf(() -> NettyInternals.sendFinAgain(kept.stream));
            kept.datagram = datagram == null ? kept.datagram : datagram;
        }
    }

    // Netty sends what is written while it reads when it has read all: here now.
    private byte @Nullable [] firstOf(Runnable writing) {
        return connection.parent().pipeline().get(Edge.class).firstOf(() -> {
            writing.run();
            BusyPoll.endBatch(connection.parent());
        });
    }

    /** Next to a socket: shows what leaves. */
    static final class Edge extends ChannelOutboundHandlerAdapter {

        private boolean watching;
        private byte @Nullable [] first;

        private byte @Nullable [] firstOf(Runnable sending) {
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
