package io.quicpool.transport.netty;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The FINs of a connection that go without data. quiche lets go of a stream that is over when its data is acknowledged, whether or
 * not a FIN behind it is or was sent at all, and then never sends it again (its issue 2525): the peer would wait for an end for
 * ever. So such a FIN
 *
 * <ul>
 *   <li>is given to quiche only when it will leave at once: on a connection that loses datagrams, and has some in flight, when
 *       some have just been read: only then does quiche know how much may be sent;
 *   <li>goes out three times, or five, which is enough where single datagrams are lost;
 *   <li>is kept for eight seconds, and sent again when the connection is seen to lose something, or known to, for all may be lost
 *       together: by quiche as long as that knows the stream, then as it was sent last. A peer that has it drops a datagram that it has seen
 *       (RFC 9000, section 12.3).
 * </ul>
 *
 * <p>On the event loop.
 */
final class LoneFins {

    /** How much room a datagram with nothing but a FIN needs at most, header and all. */
    private static final int ROOM = 128;

    /** So long is waited for room: a window of the peer's that is used up is no reason to wait for longer. */
    private static final int MOST_WAITED_MILLIS = 1000;

    /** So long a connection that has lost something counts as one that loses. */
    private static final long LOSING = TimeUnit.SECONDS.toNanos(10);

    private static final ChannelOption<SegmentedDatagramPacketAllocator> SEGMENTS =
            QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR;
    private static final QuicStreamPriority FIRST = new QuicStreamPriority(0, true);
    private static final int COPIES = 2;
    private static final int COPIES_WHERE_LOSING = 4;
    private static final int LOOK_MILLIS = 2;
    // The first looks are soon, for quiche takes what is 128 packets old for something that it has seen.
    private static final int SOON = 10;
    // Each about as long after the one before as that was after the FIN: the last after eight seconds.
    private static final int LOOKS = SOON + 11;
    private static final int MOST_KEPT = 256;

    private static final class Kept {
        private final QuicStreamChannel stream;
        private final List<byte[]> datagrams;
        private final long lost;
        private int looks;
        private boolean given;

        private Kept(QuicStreamChannel stream, List<byte[]> datagrams, long lost) {
            this.stream = stream;
            this.datagrams = datagrams;
            this.lost = lost;
        }
    }

    /** A FIN that has not been given to quiche. */
    private final class Waiting {
        private final QuicStreamChannel stream;
        private final Runnable after;
        private boolean over;

        private Waiting(QuicStreamChannel stream, Runnable after) {
            this.stream = stream;
            this.after = after;
        }

        private void someWasRead() {
            if (over) {
                return;
            }
            if (NettyInternals.room(stream) >= ROOM) {
                anyway();
            } else {
                edge().whenRead(this::someWasRead);
            }
        }

        private void anyway() {
            if (!over) {
                over = true;
                write(stream, after);
            }
        }
    }

    private final QuicChannel connection;
    private final BooleanSupplier inFlight;
    private final Deque<Kept> all = new ArrayDeque<>();
    private long lostBefore;
    private long lastLoss = System.nanoTime() - LOSING;

    /** Makes those of a connection, of which it can be told whether something is in flight. */
    LoneFins(QuicChannel connection, BooleanSupplier inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
    }

    /** Sends the FIN of a stream of which quiche has all data; then, however that went, does what is to be done. */
    void send(QuicStreamChannel stream, Runnable after) {
        if (NettyInternals.room(stream) >= ROOM && !(losing() && inFlight.getAsBoolean())) {
            write(stream, after);
            return;
        }
        Waiting waiting = new Waiting(stream, after);
        edge().whenRead(waiting::someWasRead);
        var latest = connection.eventLoop().schedule(waiting::anyway, MOST_WAITED_MILLIS, TimeUnit.MILLISECONDS);
        assert latest != null;
    }

    private boolean losing() {
        long lost = lost();
        if (lost > lostBefore) {
            lostBefore = lost;
            lastLoss = System.nanoTime();
        }
        return System.nanoTime() - lastLoss < LOSING;
    }

    private void write(QuicStreamChannel stream, Runnable after) {
        // Not in one piece with other datagrams, so that its own can be kept.
        SegmentedDatagramPacketAllocator usual = connection.config().getOption(SEGMENTS);
        connection.config().setOption(SEGMENTS, SegmentedDatagramPacketAllocator.NONE);
        // Before what is lost and due again, which may need all the room there is.
        stream.updatePriority(FIRST).addListener(done -> {});
        edge().watch();
        stream.write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true)).addListener(sent -> {
            List<byte[]> datagrams = new ArrayList<>();
            edge().watched(datagrams);
            if (sent.isSuccess()) {
                copies(stream, datagrams);
            }
            after.run();
        });
        connection.config().setOption(SEGMENTS, usual);
    }

    private void copies(QuicStreamChannel stream, List<byte[]> datagrams) {
        for (int i = losing() ? COPIES_WHERE_LOSING : COPIES; i > 0; i--) {
            edge().watch();
            NettyInternals.sendFinAgain(stream);
            edge().watched(datagrams);
        }
        keep(new Kept(stream, datagrams, lost()));
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
                .schedule(
                        () -> look(kept), (long) LOOK_MILLIS << Math.max(0, kept.looks - SOON), TimeUnit.MILLISECONDS);
        assert next != null;
    }

    private void look(Kept kept) {
        if (kept.given || !connection.isOpen()) {
            return;
        }
        if (lost() > kept.lost || (kept.looks < SOON && losing())) {
            again(kept);
        }
        if (++kept.looks < LOOKS) {
            later(kept);
        } else {
            all.remove(kept);
        }
    }

    private void again(Kept kept) {
        InetSocketAddress peer = (InetSocketAddress) connection.remoteSocketAddress();
        if (!NettyInternals.isGone(kept.stream)) {
            NettyInternals.sendFinAgain(kept.stream);
        } else if (!kept.datagrams.isEmpty() && peer != null) {
            // In turn: it is not known which of them has which of the frames that left together.
            byte[] datagram = kept.datagrams.get(kept.looks % kept.datagrams.size());
            connection
                    .parent()
                    .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), peer))
                    .addListener(sent -> {});
        }
    }

    private long lost() {
        QuicConnectionStats stats = connection.collectStats().getNow();
        return stats == null ? 0 : stats.lost();
    }

    private Edge edge() {
        return connection.parent().pipeline().get(Edge.class);
    }

    /** Next to a socket: shows what leaves while somebody watches, and says when what has come was given to quiche. */
    static final class Edge extends ChannelDuplexHandler {

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean watching;
        private byte @Nullable [] first;

        private void watch() {
            watching = true;
            first = null;
        }

        /** Adds the datagram that was the first to leave since: what is most urgent is in there. */
        private void watched(List<byte[]> datagrams) {
            watching = false;
            if (first != null) {
                datagrams.add(first);
            }
        }

        private void whenRead(Runnable task) {
            waiting.add(task);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) throws Exception {
            for (int i = waiting.size(); i > 0; i--) {
                waiting.remove().run();
            }
            super.channelReadComplete(context);
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
