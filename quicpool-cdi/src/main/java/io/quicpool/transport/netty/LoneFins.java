package io.quicpool.transport.netty;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The FINs of a connection that went without data, until they have surely arrived. quiche lets go of a stream that is over when its
 * data is acknowledged, whether or not a FIN behind it is, and then never sends that again (its issue 2525): the peer would wait
 * for an end for ever. So such a FIN goes out three times, which is enough where single datagrams are lost, and its last datagram
 * is kept for ten seconds and sent again when the connection is seen to lose some, which is enough where all three were lost
 * together. A peer that has it drops a datagram that it has seen (RFC 9000, section 12.3). On the event loop.
 */
final class LoneFins {

    private static final int COPIES = 2;
    private static final int FIRST_LOOK_MILLIS = 5;
    // Each about as long after the one before as that was after the FIN: the last after ten seconds.
    private static final int LOOKS = 11;
    private static final int MOST_KEPT = 256;

    private static final class Kept {
        private final byte[] datagram;
        private final long lost;
        private int looks;
        private boolean given;

        private Kept(byte[] datagram, long lost) {
            this.datagram = datagram;
            this.lost = lost;
        }
    }

    private final QuicChannel connection;
    private final Deque<Kept> all = new ArrayDeque<>();

    LoneFins(QuicChannel connection) {
        this.connection = connection;
    }

    /** A FIN was written on a stream, behind all data. */
    void sent(QuicStreamChannel stream) {
        Outlet outlet = connection.parent().pipeline().get(Outlet.class);
        outlet.last = null;
        outlet.watching = true;
        for (int i = 0; i < COPIES; i++) {
            NettyInternals.sendFinAgain(stream);
        }
        outlet.watching = false;
        byte[] datagram = outlet.last;
        if (datagram != null) {
            keep(new Kept(datagram, lost()));
        }
    }

    private void keep(Kept kept) {
        all.add(kept);
        if (all.size() > MOST_KEPT) {
            all.remove().given = true;
        }
        later(kept);
    }

    private void later(Kept kept) {
        var next = connection
                .eventLoop()
                .schedule(() -> look(kept), (long) FIRST_LOOK_MILLIS << kept.looks, TimeUnit.MILLISECONDS);
        assert next != null;
    }

    private void look(Kept kept) {
        if (kept.given || !connection.isOpen()) {
            return;
        }
        InetSocketAddress peer = (InetSocketAddress) connection.remoteSocketAddress();
        if (peer != null && lost() > kept.lost) {
            connection
                    .parent()
                    .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(kept.datagram), peer))
                    .addListener(sent -> {});
        }
        if (++kept.looks < LOOKS) {
            later(kept);
        } else {
            all.remove(kept);
        }
    }

    private long lost() {
        return connection.collectStats().getNow().lost();
    }

    /** Where datagrams leave a socket: shows what goes out while somebody watches. */
    static final class Outlet extends ChannelOutboundHandlerAdapter {

        private boolean watching;
        private byte @Nullable [] last;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            // Larger ones, of many segments, are of streams that send a lot: their losses are seen soon.
            if (watching && message.getClass() == DatagramPacket.class) {
                last = ByteBufUtil.getBytes(((DatagramPacket) message).content());
            }
            super.write(context, message, promise);
        }
    }
}
