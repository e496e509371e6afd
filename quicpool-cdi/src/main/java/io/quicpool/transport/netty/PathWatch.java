package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices a path that has come to carry less than QUIC needs: short datagrams arrive both ways, so the connection lives, and what fills a
 * datagram is lost each time that it is sent, without an end. quiche tells no more than sums. So the path is given up when something is in
 * flight, and for most of an idle time-out at each look either
 *
 * <ul>
 *   <li>nothing was acknowledged since the look before: the round trip time is the same to the nanosecond;
 *   <li>or what was lost was large, and more bytes were lost than arrived.
 * </ul>
 *
 * <p>On the event loop.
 */
final class PathWatch {

    /** So many looks an idle time-out. */
    private static final int LOOKS = 8;

    /** After so many bad ones in a row the path is given up. */
    private static final int MOST = 6;

    /** From this size on what was lost on average was full datagrams. */
    private static final int LARGE = Codec.LARGEST_DATAGRAM * 4 / 5;

    private final QuicChannel connection;
    private final BooleanSupplier inFlight;
    private @Nullable QuicConnectionStats since;
    private long roundTrip = -1;
    private long lastLook = System.nanoTime();
    private int bad;

    /** Makes that of a connection, of which it can be told whether something is in flight. */
    PathWatch(QuicChannel connection, BooleanSupplier inFlight) {
        this.connection = connection;
        this.inFlight = inFlight;
    }

    /** A datagram came; says whether the path is to be given up. */
    boolean heard(Duration idleTimeout) {
        long now = System.nanoTime();
        if (now - lastLook < idleTimeout.toNanos() / LOOKS) {
            return false;
        }
        lastLook = now;
        boolean acknowledged = someAcknowledged();
        QuicConnectionStats stats = connection.collectStats().getNow();
        QuicConnectionStats before = since;
        boolean lost = stats != null && before != null && losesWhatIsLarge(before, stats);
        // Once it has begun only an acknowledgement ends it: between probes that grow rarer nothing seems to be in
        // flight.
        if ((bad > 0 || inFlight.getAsBoolean()) && (lost || !acknowledged)) {
            return ++bad >= MOST;
        }
        since = stats;
        bad = 0;
        return false;
    }

    private boolean someAcknowledged() {
        QuicConnectionPathStats path = connection.collectPathStats(0).getNow();
        long before = roundTrip;
        roundTrip = path == null ? -1 : path.rtt();
        return roundTrip < 0 || roundTrip != before;
    }

    private static boolean losesWhatIsLarge(QuicConnectionStats before, QuicConnectionStats now) {
        long lost = now.lost() - before.lost();
        long lostBytes = now.lostBytes() - before.lostBytes();
        long arrivedBytes = now.sentBytes() - before.sentBytes() - lostBytes;
        return lost > 0 && lostBytes >= lost * LARGE && lostBytes > arrivedBytes;
    }
}
