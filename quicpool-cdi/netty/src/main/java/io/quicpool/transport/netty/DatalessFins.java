package io.quicpool.transport.netty;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The FINs of a connection that are sent without data. quiche drops an ended stream as soon as its data is acknowledged, even if the FIN
 * after it was lost or never sent, and then never sends it again (its issue 2525): the peer would wait for the end for ever. It also does
 * not send a FIN that it gets while data of the stream is due for retransmission. So, unless everything before it is acknowledged and
 * nothing was lost lately, such a FIN
 *
 * <ul>
 *   <li>waits a little for the acknowledgement, longer on a connection that loses datagrams, if the peer's direction has ended before.
 *       Time in which the peer is silent does not count: it may pause, and its full socket buffer would drop what is sent then;
 *   <li>waits until congestion and flow control let it leave;
 *   <li>is kept and sent again, see {@link RepeatedFins}.
 * </ul>
 *
 * <p>On the event loop.
 */
final class DatalessFins {

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

    /** A FIN that waits to leave; if it is the last of both directions, also for acknowledgements. */
    private record Waiting(QuicStreamChannel stream, boolean last, Runnable after, long since) {}

    private final QuicChannel connection;
    private final BooleanSupplier inFlight;
    private final RepeatedFins repeatedFins;
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean checkScheduled;
    private long lastDatagram = System.nanoTime();
    // How long the peer was heard, without its pauses.
    private long heardTime;
    private long resentBefore;
    private long lastLoss = System.nanoTime() - LOSS_MEMORY;

    /** {@code inFlight} tells whether the connection has something in flight. */
    DatalessFins(QuicChannel connection, BooleanSupplier inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
        this.repeatedFins = new RepeatedFins(connection, this::isLosing);
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
        waiting.add(new Waiting(stream, last, after, heardTime));
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

    private void sendDue() {
        boolean allAcknowledged = !inFlight.getAsBoolean();
        boolean losing = isLosing();
        long longest = losing ? MAX_WAIT : MAX_WAIT_WITHOUT_LOSS;
        for (Waiting each : List.copyOf(waiting)) {
            boolean due = !each.last || allAcknowledged || heardTime - each.since >= longest;
            // quiche would queue a FIN that may not leave, and drop it with the stream when the data is acknowledged.
            if (due && (allAcknowledged || NettyInternals.hasRoom(each.stream))) {
                waiting.remove(each);
                if (each.last && allAcknowledged && !losing) {
                    // quiche can drop the stream only when this FIN is acknowledged.
                    write(each);
                } else {
                    repeatedFins.send(each.stream, () -> write(each));
                }
            }
        }
        if (!waiting.isEmpty() && !checkScheduled) {
            checkScheduled = true;
            var later = connection
                    .eventLoop()
                    .schedule(
                            () -> {
                                checkScheduled = false;
                                sendDue();
                            },
                            CHECK_MILLIS,
                            TimeUnit.MILLISECONDS);
            assert later != null;
        }
    }

    private static void write(Waiting fin) {
        fin.stream
                .write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true))
                .addListener(sent -> fin.after.run());
    }
}
