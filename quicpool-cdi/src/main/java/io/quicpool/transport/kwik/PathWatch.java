package io.quicpool.transport.kwik;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.send.SendItem;

/**
 * Notices a path that has come to carry less than QUIC needs: small datagrams pass, so the connection lives, and what fills a datagram is
 * lost each time that it is sent, without an end.
 *
 * <p>One datagram is filled up with padding when none of full size was acknowledged for a while, and followed until it is acknowledged
 * or lost. When one is lost the next follows at once. The path is given up when several in a row were lost, over a part of the idle time-out:
 * kwik counts a packet as lost only when a later one was acknowledged, so others pass meanwhile. That they do is seen to: behind a full datagram
 * a small one is sent, all are small there when one was lost, and so is every second probe after a time-out.
 *
 * <p>Sender's thread, the thread that processes packets, and kwik's timer.
 */
final class PathWatch {

    /** A full datagram is sent, if anything is, when none was acknowledged for this part of the idle time-out. */
    private static final int PROVE = 4;

    /** After so many that were lost in a row, over this part of the idle time-out, the path is given up. */
    private static final int MOST_LOST = 6;

    private static final int LOSE = 3;

    /** Bytes of a datagram that is not to be lost for its size. */
    private static final int SMALL = 256;

    private static final long NONE = -1;

    private final long idle;
    private final Runnable ask;
    private final Runnable giveUp;

    // Guarded by this.
    private long followed = NONE;
    private long proved = System.nanoTime();
    private long firstLost;
    private int lost;
    private boolean smallProbe;

    /**
     * Makes one for a connection that is established.
     *
     * @param ask sends something that must be acknowledged; it is called on threads of kwik's
     * @param giveUp ends the connection; the same
     */
    PathWatch(Duration idleTimeout, Runnable ask, Runnable giveUp) {
        this.idle = idleTimeout.toNanos();
        this.ask = ask;
        this.giveUp = giveUp;
    }

    /** How large the datagram may be that is sent next; it may be a probe after a time-out. */
    synchronized int largest(boolean probe) {
        boolean small = lost > 0 && followed != NONE;
        if (probe) {
            small |= smallProbe;
            smallProbe = !smallProbe;
        }
        return small ? SMALL : SmallDatagrams.LARGEST;
    }

    /** Fills a datagram up and follows it, if it is time. What is assembled is sent. */
    void fill(List<SendItem> items) {
        QuicPacket packet = items.size() == 1 ? items.get(0).getPacket() : null;
        if (packet == null
                || packet.getEncryptionLevel() != EncryptionLevel.App
                || !packet.isAckEliciting()
                || !follow(packet.getPacketNumber())) {
            return;
        }
        // A packet that is too short to be encrypted has padding of its own, which is not wanted then.
        int missing = 2 * SmallDatagrams.LARGEST - packet.estimateLength(SmallDatagrams.LARGEST);
        if (missing > 0) {
            packet.addFrame(new Padding(missing));
        }
        SendItem item = items.get(0);
        items.set(0, new SendItem(packet, it -> {
            item.getPacketLostCallback().accept(it);
            lost(it.getPacketNumber());
        }));
        ask.run();
    }

    private synchronized boolean follow(long number) {
        boolean due = lost > 0 || System.nanoTime() - proved > idle / PROVE;
        if (!due || followed != NONE) {
            return false;
        }
        followed = number;
        return true;
    }

    /** The peer has acknowledged packets of the application's level. */
    synchronized void acknowledged(AckFrame ack) {
        smallProbe = false;
        if (followed != NONE
                && followed <= ack.getLargestAcknowledged()
                && ack.getAcknowledgedRanges().stream().anyMatch(range -> range.contains(followed))) {
            followed = NONE;
            proved = System.nanoTime();
            lost = 0;
        }
    }

    private void lost(long number) {
        Runnable next = afterLoss(number);
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable afterLoss(long number) {
        if (number != followed) {
            return null;
        }
        followed = NONE;
        long now = System.nanoTime();
        if (lost++ == 0) {
            firstLost = now;
        }
        return lost >= MOST_LOST && now - firstLost > idle / LOSE ? giveUp : ask;
    }
}
