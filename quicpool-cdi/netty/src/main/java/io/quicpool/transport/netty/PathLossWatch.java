package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Detects a path that no longer carries full datagrams (RFC 9000, section 14). Short datagrams still arrive both ways, so the connection
 * stays alive, but full ones are lost each time that they are sent. quiche has only totals. So the path fails when something is in flight
 * and, at each check for most of an idle time-out, either
 *
 * <ul>
 *   <li>nothing was acknowledged since the check before: the round trip time is the same to the nanosecond;
 *   <li>or the lost datagrams were nearly full, and more bytes were lost than arrived.
 * </ul>
 *
 * <p>On the event loop.
 */
final class PathLossWatch {

    /** Checks in an idle time-out. */
    private static final int CHECKS = 8;

    /** How many bad checks in a row make the path fail. */
    private static final int MAX_BAD_CHECKS = 6;

    /** Bytes. From this average size on, lost datagrams count as full. */
    private static final int NEARLY_FULL = Codec.LARGEST_DATAGRAM * 4 / 5;

    private final QuicChannel connection;
    private @Nullable QuicConnectionStats atLastGoodCheck;
    private long roundTrip = -1;
    private long lastCheck = System.nanoTime();
    private int badChecks;

    PathLossWatch(QuicChannel connection) {
        this.connection = connection;
    }

    /** A datagram was read. Returns whether the path has failed. */
    boolean datagramRead(Duration idleTimeout) {
        long now = System.nanoTime();
        if (now - lastCheck < idleTimeout.toNanos() / CHECKS) {
            return false;
        }
        lastCheck = now;
        boolean acknowledged = someAcknowledged();
        QuicConnectionStats stats = connection.collectStats().getNow();
        QuicConnectionStats before = atLastGoodCheck;
        boolean lost = stats != null && before != null && losesWhatIsLarge(before, stats);
        if (isInFlight(idleTimeout) && (lost || !acknowledged)) {
            return ++badChecks >= MAX_BAD_CHECKS;
        }
        atLastGoodCheck = stats;
        badChecks = 0;
        return false;
    }

    // The datagram that was just read has restarted the idle time-out. So an earlier timer is that of a probe, however
    // rare probes are.
    private boolean isInFlight(Duration idleTimeout) {
        return NettyInternals.hasTimerWithin(connection, idleTimeout.toNanos() / 10 * 9);
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
        return lost > 0 && lostBytes >= lost * NEARLY_FULL && lostBytes > arrivedBytes;
    }
}
