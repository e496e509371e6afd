package io.quicpool.transport.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
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
 * Sends the FINs of a connection that go without data. quiche drops an ended stream as soon as its data is acknowledged, even if the FIN
 * after it was lost or never sent, and then never sends it again (its issue 2525): the peer would wait for the end for ever. It also does
 * not send a FIN that it gets while data of the stream is due for retransmission. So, unless everything before it is acknowledged and
 * nothing was lost lately, such a FIN
 *
 * <ul>
 *   <li>waits a little for the acknowledgement, longer on a connection that loses datagrams, if the peer's direction has ended before.
 *       Time in which the peer is silent does not count: it may pause, and its full socket buffer would drop what is sent then;
 *   <li>waits until congestion and flow control let it leave;
 *   <li>is sent before everything else, three times, or five on a connection that loses datagrams: enough where single datagrams are
 *       lost;
 *   <li>is kept for eight seconds and sent again while the connection loses datagrams, since all copies may be lost together. As long as
 *       quiche has the stream it sends the FIN, afterwards the same datagram is sent again. A peer drops a datagram that it has seen
 *       before (RFC 9000, section 12.3).
 * </ul>
 *
 * <p>On the event loop.
 */
final class FinScheduler {

    /** How long a connection counts as losing after a loss. */
    private static final long LOSS_MEMORY = TimeUnit.SECONDS.toNanos(10);

    /** The longest wait for outstanding acknowledgements, not counting silence of the peer. Most losses are repaired by then. */
    private static final long MAX_WAIT = TimeUnit.SECONDS.toNanos(1);

    /** The same where nothing was lost lately. Data may be due for retransmission before quiche reports it, but not for long. */
    private static final long MAX_WAIT_WITHOUT_LOSS = TimeUnit.MILLISECONDS.toNanos(50);

    /** How much of a silence of the peer counts as waiting. */
    private static final long MAX_COUNTED_SILENCE = TimeUnit.MILLISECONDS.toNanos(10);

    /** How often FINs are checked for having waited long enough. */
    private static final int CHECK_MILLIS = 10;

    /** quiche sends the stream before all others. */
    private static final QuicStreamPriority HIGHEST_PRIORITY = new QuicStreamPriority(0, false);

    private static final int COPIES = 2;
    private static final int COPIES_WHEN_LOSING = 4;
    private static final int FIRST_REPEAT_MILLIS = 2;
    // Each interval is twice the one before, and the last repeat comes after eight seconds. The first come soon, since
    // quiche takes a packet that is 128 packets old for one that it has seen.
    private static final int MAX_REPEATS = 12;
    private static final int MAX_KEPT = 256;

    /** A FIN: it waits to leave; then, if it may be lost, it is kept with the datagram that was sent for it. */
    private static final class Fin {

        private final QuicStreamChannel stream;
        // Whether the peer's direction has ended, so that quiche may drop the stream before this FIN has arrived.
        private final boolean last;
        private final Runnable after;
        private final long since;
        private byte @Nullable [] datagram;
        private int repeats;
        private boolean dropped;

        private Fin(QuicStreamChannel stream, boolean last, Runnable after, long since) {
            this.stream = stream;
            this.last = last;
            this.after = after;
            this.since = since;
        }
    }

    private final QuicChannel connection;
    private final BooleanSupplier inFlight;
    private final List<Fin> waiting = new ArrayList<>();
    private final Deque<Fin> kept = new ArrayDeque<>();
    private boolean checkScheduled;
    private long lastDatagram = System.nanoTime();
    // How long the peer was heard, without its pauses.
    private long heardTime;
    private long resentBefore;
    private long lastLoss = System.nanoTime() - LOSS_MEMORY;

    /** {@code inFlight} tells whether the connection has something in flight. */
    FinScheduler(QuicChannel connection, BooleanSupplier inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
    }

    /**
     * Whether something was lost, or retransmitted, in the last seconds. While a peer pauses, quiche retransmits without counting a loss.
     */
    boolean isLosing() {
        QuicConnectionStats stats = connection.collectStats().getNow();
        long resent = stats == null ? 0 : stats.lost() + stats.retrans();
        if (resent > resentBefore) {
            resentBefore = resent;
            lastLoss = System.nanoTime();
        }
        return System.nanoTime() - lastLoss < LOSS_MEMORY;
    }

    /**
     * Whether a FIN without data might be lost now: something is in flight, and may be due for retransmission before quiche reports it, or
     * the connection is losing.
     */
    boolean atRisk() {
        return inFlight.getAsBoolean() || isLosing();
    }

    /**
     * Sends the FIN of a stream whose data quiche has taken.
     *
     * @param last whether the peer's direction has ended
     * @param after runs when the FIN was written, even if that failed
     */
    void send(QuicStreamChannel stream, boolean last, Runnable after) {
        waiting.add(new Fin(stream, last, after, heardTime));
        sendDue();
    }

    /** How many FINs wait. */
    int waiting() {
        return waiting.size();
    }

    /** quiche has read a datagram, maybe an acknowledgement, and has not sent yet what may leave now. */
    void datagramRead() {
        long now = System.nanoTime();
        // A peer that pauses is silent. Nothing is sent to it that its socket buffer may have no room for.
        heardTime += Math.min(now - lastDatagram, MAX_COUNTED_SILENCE);
        lastDatagram = now;
        if (!waiting.isEmpty()) {
            sendDue();
        }
    }

    // ---- waiting

    private void sendDue() {
        boolean allAcknowledged = !inFlight.getAsBoolean();
        boolean losing = isLosing();
        long longest = losing ? MAX_WAIT : MAX_WAIT_WITHOUT_LOSS;
        for (Fin each : List.copyOf(waiting)) {
            boolean due = !each.last || allAcknowledged || heardTime - each.since >= longest;
            // quiche would queue a FIN that may not leave, and drop it with the stream when the data is acknowledged.
            if (due && (allAcknowledged || NettyInternals.hasRoom(each.stream))) {
                waiting.remove(each);
                if (each.last && allAcknowledged && !losing) {
                    // quiche can drop the stream only when this FIN is acknowledged.
                    write(each);
                } else {
                    sendCopies(each);
                }
            }
        }
        if (!waiting.isEmpty() && !checkScheduled) {
            checkScheduled = true;
            later(CHECK_MILLIS, () -> {
                checkScheduled = false;
                sendDue();
            });
        }
    }

    private static void write(Fin fin) {
        fin.stream
                .write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true))
                .addListener(sent -> fin.after.run());
    }

    private void later(long millis, Runnable action) {
        var scheduled = connection.eventLoop().schedule(action, millis, TimeUnit.MILLISECONDS);
        assert scheduled != null;
    }

    // ---- sending, maybe again

    private void sendCopies(Fin fin) {
        fin.stream.updatePriority(HIGHEST_PRIORITY).addListener(set -> {});
        fin.datagram = capture(() -> write(fin));
        for (int i = isLosing() ? COPIES_WHEN_LOSING : COPIES; i > 0; i--) {
            sendDatagram(fin);
        }
        kept.add(fin);
        if (kept.size() > MAX_KEPT) {
            kept.remove().dropped = true;
        }
        scheduleRepeat(fin);
    }

    private void sendDatagram(Fin fin) {
        if (fin.datagram != null) {
            InetSocketAddress peer = (InetSocketAddress) Objects.requireNonNull(connection.remoteSocketAddress());
            connection
                    .parent()
                    .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(fin.datagram), peer))
                    .addListener(sent -> {});
        }
    }

    private void scheduleRepeat(Fin fin) {
        later((long) FIRST_REPEAT_MILLIS << fin.repeats, () -> repeatIfLosing(fin));
    }

    private void repeatIfLosing(Fin fin) {
        if (fin.dropped || !connection.isOpen()) {
            return;
        }
        if (isLosing()) {
            repeat(fin);
        }
        if (++fin.repeats < MAX_REPEATS) {
            scheduleRepeat(fin);
        } else {
            kept.remove(fin);
        }
    }

    private void repeat(Fin fin) {
        if (NettyInternals.isGone(fin.stream)) {
            sendDatagram(fin);
        } else {
            byte[] datagram = capture(() -> NettyInternals.sendFinAgain(fin.stream));
            fin.datagram = datagram == null ? fin.datagram : datagram;
        }
    }

    // While Netty reads a batch it sends nothing before the end of the batch, so that is ended now.
    private byte @Nullable [] capture(Runnable writing) {
        Channel socket = connection.parent();
        return socket.pipeline().get(OutboundTap.class).capture(() -> {
            writing.run();
            BusyPoll.endBatch(socket);
        });
    }
}
