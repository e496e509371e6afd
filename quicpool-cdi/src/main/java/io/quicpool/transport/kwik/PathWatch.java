package io.quicpool.transport.kwik;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.frame.AckFrame;

/**
 * Detects a path that no longer carries full datagrams (RFC 9000, section 14). Small datagrams still pass, so the connection stays alive,
 * but full ones are lost each time that they are sent.
 *
 * <p>When no full datagram was acknowledged for a while, the next packet is padded to full size, and tracked until it is acknowledged or
 * lost. After a loss the next one follows at once. The path fails when several in a row were lost over a part of the idle time-out. kwik
 * declares a packet lost only when a later one was acknowledged, so small ones must pass meanwhile: a small one is sent after each full
 * one, all are small while a full one is tracked after a loss, and so is every second probe after a probe time-out.
 *
 * <p>Called on the sender's thread, the receiver thread, and kwik's timer.
 */
final class PathWatch {

    /** A packet is padded when no full one was acknowledged for this fraction of the idle time-out. */
    private static final int PROBE_FRACTION = 4;

    /** How many losses in a row make the path fail, if they took longer than a third of the idle time-out. */
    private static final int MAX_LOST = 6;

    private static final int LOSS_FRACTION = 3;

    /** Bytes. The size of datagrams that must pass. */
    private static final int SMALL = 256;

    private static final long NONE = -1;

    private final long idle;
    private final Runnable ping;
    private final Runnable giveUp;

    // Guarded by this.
    private long tracked = NONE;
    private long lastAcknowledged = System.nanoTime();
    private long firstLost;
    private int lost;
    private boolean smallProbe;

    /** Watches an established connection. {@code ping} and {@code giveUp} are called on kwik's threads. */
    PathWatch(Duration idleTimeout, Runnable ping, Runnable giveUp) {
        this.idle = idleTimeout.toNanos();
        this.ping = ping;
        this.giveUp = giveUp;
    }

    /** The size limit of the next datagram. {@code probe} says whether it is a probe after a probe time-out. */
    synchronized int largest(boolean probe) {
        boolean small = lost > 0 && tracked != NONE;
        if (probe) {
            small |= smallProbe;
            smallProbe = !smallProbe;
        }
        return small ? SMALL : SmallDatagrams.LARGEST;
    }

    /** Whether the packet that is being assembled must fill its datagram. It is then tracked. On the sender's thread. */
    boolean track(long number) {
        boolean tracks = trackIfDue(number);
        if (tracks) {
            // A small one follows.
            ping.run();
        }
        return tracks;
    }

    private synchronized boolean trackIfDue(long number) {
        boolean due = lost > 0 || System.nanoTime() - lastAcknowledged > idle / PROBE_FRACTION;
        if (!due || tracked != NONE) {
            return false;
        }
        tracked = number;
        return true;
    }

    /** The peer has acknowledged packets with a short header. */
    synchronized void acknowledged(AckFrame ack) {
        smallProbe = false;
        if (tracked != NONE
                && tracked <= ack.getLargestAcknowledged()
                && ack.getAcknowledgedRanges().stream().anyMatch(range -> range.contains(tracked))) {
            tracked = NONE;
            lastAcknowledged = System.nanoTime();
            lost = 0;
        }
    }

    /** A packet that was tracked is lost. */
    void lost(long number) {
        Runnable next = afterLoss(number);
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable afterLoss(long number) {
        if (number != tracked) {
            return null;
        }
        tracked = NONE;
        long now = System.nanoTime();
        if (lost++ == 0) {
            firstLost = now;
        }
        return lost >= MAX_LOST && now - firstLost > idle / LOSS_FRACTION ? giveUp : ping;
    }
}
