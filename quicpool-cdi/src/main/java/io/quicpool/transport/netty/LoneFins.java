package io.quicpool.transport.netty;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The FINs of a connection that go without data. quiche lets go of a stream that is over when its data is acknowledged, whether or
 * not a FIN behind it is or was sent at all, and then never sends it again (its issue 2525): the peer would wait for an end for
 * ever. Nor does it send a FIN that it is given while data of that stream is due again. So, unless all that was sent before it is
 * acknowledged and nothing was lost lately, such a FIN
 *
 * <ul>
 *   <li>waits a little for that, longer on a connection that loses datagrams, when it is the last of both ends. A time in which the
 *       peer is silent does not count: it may pause, and what is sent to it then finds the memory of its socket full;
 *   <li>waits for room to leave, and then leaves before all else;
 *   <li>goes out three times, or five, which is enough where single datagrams are lost;
 *   <li>is kept for eight seconds, and sent again while the connection is known to lose something, for all may be lost together: by
 *       quiche as long as that knows the stream, then as it was sent. A peer that has it drops a datagram that it has seen
 *       (RFC 9000, section 12.3).
 * </ul>
 *
 * <p>On the event loop.
 */
final class LoneFins {

    /** So long a connection that has lost something counts as one that loses. */
    private static final long LOSING = TimeUnit.SECONDS.toNanos(10);

    /**
     * How long it is waited for all to be acknowledged, at most, while the peer talks: what is lost is mostly sent again by then.
     */
    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);

    /** The same where nothing was lost lately: data may be due again before quiche says so, but not for long. */
    private static final long LONGEST_WAIT_WHERE_NOT_LOSING = TimeUnit.MILLISECONDS.toNanos(50);

    /** Of a time without a word of the peer so much counts as waiting. */
    private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(10);

    /** So often it is looked for those that have waited long enough. */
    private static final int WAIT_MILLIS = 10;

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

    /** A FIN that waits, for an acknowledgement if it is the last of both ends, and in any case for room. */
    private record Waiting(QuicStreamChannel stream, boolean last, Runnable after, long since) {}

    private final QuicChannel connection;
    private final BooleanSupplier inFlight;
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean lookDue;
    private long lastHeard = System.nanoTime();
    // How long the peer has talked, its pauses left out.
    private long talked;
    private final Deque<Kept> all = new ArrayDeque<>();
    private long againBefore;
    private long lastLoss = System.nanoTime() - LOSING;

    /** Makes those of a connection, of which it can be told whether something is in flight. */
    LoneFins(QuicChannel connection, BooleanSupplier inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
    }

    /**
     * Whether something was lost in the last seconds, or sent again: for a peer that pauses, quiche does that without taking anything
     * for lost.
     */
    boolean losing() {
        QuicConnectionStats stats = connection.collectStats().getNow();
        long again = stats == null ? 0 : stats.lost() + stats.retrans();
        if (again > againBefore) {
            againBefore = again;
            lastLoss = System.nanoTime();
        }
        return System.nanoTime() - lastLoss < LOSING;
    }

    /**
     * Whether an end that came alone now might not arrive: something is in flight, and may be due again before quiche says so, or the
     * connection loses.
     */
    boolean atRisk() {
        return inFlight.getAsBoolean() || losing();
    }

    /**
     * Sends the FIN of a stream of which quiche has all data; then, however that went, does what is to be done.
     *
     * @param last whether the peer's own end has been read
     */
    void send(QuicStreamChannel stream, boolean last, Runnable after) {
        waiting.add(new Waiting(stream, last, after, talked));
        lookAtWaiting();
    }

    /** quiche has read a datagram, which may have been an acknowledgement, and has yet to send what there is room for now. */
    void heard() {
        long now = System.nanoTime();
        // A peer that pauses says nothing, and gets nothing that it has no memory for.
        talked += Math.min(now - lastHeard, SILENCE);
        lastHeard = now;
        if (!waiting.isEmpty()) {
            lookAtWaiting();
        }
    }

    private void lookAtWaiting() {
        boolean allAcknowledged = !inFlight.getAsBoolean();
        boolean losing = losing();
        long longest = losing ? LONGEST_WAIT : LONGEST_WAIT_WHERE_NOT_LOSING;
        for (Waiting each : List.copyOf(waiting)) {
            boolean due = !each.last || allAcknowledged || talked - each.since >= longest;
            // Without room quiche would keep it, and with the acknowledgement of the data let go of stream and FIN.
            if (due && (allAcknowledged || NettyInternals.hasRoom(each.stream))) {
                waiting.remove(each);
                if (each.last && allAcknowledged && !losing) {
                    // Nothing but its own acknowledgement can make quiche let go of the stream.
                    write(each);
                } else {
                    sendWithCopies(each, losing);
                }
            }
        }
        if (!waiting.isEmpty() && !lookDue) {
            lookDue = true;
            var later = connection
                    .eventLoop()
                    .schedule(
                            () -> {
                                lookDue = false;
                                lookAtWaiting();
                            },
                            WAIT_MILLIS,
                            TimeUnit.MILLISECONDS);
            assert later != null;
        }
    }

    private void sendWithCopies(Waiting fin, boolean losing) {
        Kept kept = new Kept(fin.stream);
        fin.stream.updatePriority(FIRST).addListener(set -> {});
        kept.datagram = firstOf(() -> write(fin));
        for (int i = losing ? COPIES_WHERE_LOSING : COPIES; i > 0; i--) {
            repeat(kept);
        }
        keep(kept);
    }

    private static void write(Waiting fin) {
        fin.stream
                .write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true))
                .addListener(sent -> fin.after.run());
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

    private void keep(Kept kept) {
        all.add(kept);
        if (all.size() > MOST_KEPT) {
            all.remove().dropped = true;
        }
        later(kept);
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
        if (losing()) {
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
