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
 * The FINs of a connection that go without data. quiche lets go of a stream that is over when its data is acknowledged, whether or
 * not a FIN behind it is or was sent at all, and then never sends it again (its issue 2525): the peer would wait for an end for
 * ever. Nor does it send a FIN that it is given while data of that stream is due again. So, unless all that was sent before it is
 * acknowledged and nothing was lost lately, such a FIN
 *
 * <ul>
 *   <li>waits a little for that, longer on a connection that loses datagrams, when it is the last of both ends. A time in which the
 *       peer is silent does not count: it may pause, and what is sent to it then finds the memory of its socket full;
 *   <li>waits for room to leave;
 *   <li>and is kept and sent again: {@link RepeatedFins}.
 * </ul>
 *
 * <p>On the event loop.
 */
final class DatalessFins {

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

    /** A FIN that waits, for an acknowledgement if it is the last of both ends, and in any case for room. */
    private record Waiting(QuicStreamChannel stream, boolean last, Runnable after, long since) {}

    private final QuicChannel connection;
    private final BooleanSupplier inFlight;
    private final RepeatedFins kept;
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean lookDue;
    private long lastHeard = System.nanoTime();
    // How long the peer has talked, its pauses left out.
    private long talked;
    private long againBefore;
    private long lastLoss = System.nanoTime() - LOSING;

    /** Makes those of a connection, of which it can be told whether something is in flight. */
    DatalessFins(QuicChannel connection, BooleanSupplier inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
        this.kept = new RepeatedFins(connection, this::losing);
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

    /** How many FINs wait. */
    int waiting() {
        return waiting.size();
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
                    kept.send(each.stream, () -> write(each));
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

    private static void write(Waiting fin) {
        fin.stream
                .write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true))
                .addListener(sent -> fin.after.run());
    }
}
