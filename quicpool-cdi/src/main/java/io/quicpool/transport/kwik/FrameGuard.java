package io.quicpool.transport.kwik;

import java.util.List;
import java.util.ListIterator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.packet.QuicPacket;

/**
 * Limits the memory, time and answers that a peer can cause by frames that flow control does not count (RFC 9000, section 21).
 *
 * <p>kwik keeps TLS messages and connection ids as long as the connection lives, so their number is limited. It keeps answers, and the
 * record of acknowledged packets, until the peer acknowledges. A peer has no reason to acknowledge acknowledgements, so it gets a PING
 * from time to time. The connection is closed when a peer does not acknowledge and has cost too much.
 *
 * <p>On the thread that processes the connection's packets.
 */
final class FrameGuard {

    /** CRYPTO frames of a connection, retransmissions included. A long certificate chain takes about 14. */
    static final int MAX_CRYPTO_FRAMES = 256;

    /**
     * Frames about connection ids at a client, where kwik keeps all ids that there ever were. A regular peer changes its id after
     * thousands of packets.
     */
    static final int MAX_ID_FRAMES = 4096;

    /**
     * Packets and answered frames that are not acknowledged yet. kwik keeps about 200 bytes for each. A whole receive window takes fewer
     * packets.
     */
    static final int MAX_UNACKNOWLEDGED = 65_536;

    /** A PING asks for an acknowledgement each time the cost has grown by that. */
    static final int PING_EVERY = 512;

    /** Bytes. kwik keeps data in the pieces in which it arrived, at about 120 bytes of overhead each. */
    static final int SMALL_PIECE = 64;

    /** How many smaller pieces may wait to be read, on all streams of a connection together. */
    static final int MAX_SMALL_PIECES = 131_072;

    static final Violation PIECES =
            new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "sent its data in too many small pieces");

    static final Violation TOO_LONG =
            new Violation(TransportErrorCode.FLOW_CONTROL_ERROR, "gave a stream a final size beyond its limit");

    static final Violation TOO_MANY =
            new Violation(TransportErrorCode.STREAM_LIMIT_ERROR, "opened more streams than its limit");

    static final Violation NOT_OPEN = new Violation(
            TransportErrorCode.STREAM_STATE_ERROR, "sent a frame for a stream that only this side may open");

    /** The largest valid limit (RFC 9000, section 19.11). */
    private static final long MAX_STREAMS = 1L << 60;

    /** A larger limit is replaced by this one, which kwik can count up to. */
    private static final long STREAMS_CAP = 1L << 30;

    // The number of sent packets is not exact: it includes the handshake, and grows while it is read.
    private static final int SENT_SLACK = 64;

    private static final int GAPS_PER_UNIT = 32;

    // kwik has forgotten all packets further behind the largest acknowledged one (RFC 9002, section 6.1.1).
    private static final int KEPT_BEHIND = 16;

    // The answer is sent again until it is acknowledged.
    private static final int EXTRA_ID_COST = 3;

    /** Why a connection is closed. */
    record Violation(TransportErrorCode code, String what) {}

    private final boolean server;
    private final LongSupplier packetsSent;
    private final Runnable ping;
    private int crypto;
    private int ids;
    private long largestReceived = -1;
    private long largestAcknowledged = -1;
    // The cost since the packet number "mark" was sent, and before it. Gaps in packet numbers make each acknowledgement
    // longer, and so cost too.
    private long mark;
    private long cost;
    private long costBefore;
    private long gaps;
    private long gapsBefore;

    /** Makes the guard of a new connection. {@code server} says whether this side is the server. */
    FrameGuard(boolean server, LongSupplier packetsSent, Runnable ping) {
        this.server = server;
        this.packetsSent = packetsSent;
        this.ping = ping;
    }

    /** Inspects a packet before kwik processes it, and replaces values that kwik cannot handle. Gives the violation, if there is one. */
    @Nullable Violation inspect(QuicPacket packet) {
        boolean established = packet.getEncryptionLevel() == EncryptionLevel.App;
        int answered = 0;
        for (ListIterator<QuicFrame> each = packet.getFrames().listIterator(); each.hasNext(); ) {
            QuicFrame frame = each.next();
            Violation violation = null;
            if (frame instanceof AckFrame ack) {
                long known = largestAcknowledged - KEPT_BEHIND;
                violation = acknowledged(ack.getLargestAcknowledged(), established);
                if (established && ack.getLargestAcknowledged() < known) {
                    each.remove();
                } else {
                    each.set(new LateAck(ack));
                    if (established) {
                        removeBelow(known, ack.getAcknowledgedRanges());
                    }
                }
            } else if (frame instanceof CryptoFrame) {
                violation = crypto(established);
            } else if (frame instanceof MaxStreamsFrame max && max.getMaxStreams() > STREAMS_CAP) {
                violation = streams(max);
                each.set(new MaxStreamsFrame(STREAMS_CAP, max.isAppliesToBidirectional()));
            } else if (frame instanceof NewConnectionIdFrame || frame instanceof RetireConnectionIdFrame) {
                violation = ids();
                answered += EXTRA_ID_COST;
            }
            if (violation != null) {
                return violation;
            }
            if (!(frame instanceof AckFrame || frame instanceof StreamFrame || frame instanceof Padding)) {
                answered++;
            }
        }
        return established ? charge(packet.getPacketNumber(), 1 + answered) : null;
    }

    private @Nullable Violation crypto(boolean established) {
        // A client sends no TLS messages any more: kwik asks for no certificate, and key updates need none.
        if (server && established) {
            return new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "sent TLS messages after the handshake");
        }
        return ++crypto > MAX_CRYPTO_FRAMES
                ? new Violation(TransportErrorCode.CRYPTO_BUFFER_EXCEEDED, "sent too many TLS messages")
                : null;
    }

    private static @Nullable Violation streams(MaxStreamsFrame max) {
        return max.getMaxStreams() > MAX_STREAMS
                ? new Violation(TransportErrorCode.FRAME_ENCODING_ERROR, "sent a stream limit above 2^60")
                : null;
    }

    private @Nullable Violation ids() {
        return !server && ++ids > MAX_ID_FRAMES
                ? new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "changed its connection ids too often")
                : null;
    }

    // kwik walks all packet numbers that a frame acknowledges, even billions that were never sent. Without this check
    // the second packet of an unknown client would keep a thread busy for hours.
    private @Nullable Violation acknowledged(long largest, boolean established) {
        long sent = packetsSent.getAsLong();
        if (largest > sent + SENT_SLACK) {
            return new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "acknowledged packets that were not sent");
        }
        if (!established) {
            return null;
        }
        largestAcknowledged = Math.max(largestAcknowledged, largest);
        if (largestAcknowledged + SENT_SLACK >= mark) {
            mark = sent;
            costBefore = cost;
            cost = 0;
            gapsBefore = gaps;
            gaps = 0;
        }
        return null;
    }

    // kwik walks them again for each frame, however many there are since the connection began.
    private static void removeBelow(long least, List<Range> ranges) {
        for (ListIterator<Range> each = ranges.listIterator(); each.hasNext(); ) {
            Range range = each.next();
            if (range.getLargest() < least) {
                each.remove();
            } else if (range.getSmallest() < least) {
                each.set(new Range(least, range.getLargest()));
            }
        }
    }

    private @Nullable Violation charge(long number, int frames) {
        if (number > largestReceived + 1) {
            gaps++;
        }
        largestReceived = Math.max(largestReceived, number);
        long before = cost;
        cost += frames + (gaps + gapsBefore) / GAPS_PER_UNIT;
        if (cost / PING_EVERY != before / PING_EVERY) {
            ping.run();
        }
        return cost + costBefore > MAX_UNACKNOWLEDGED
                ? new Violation(
                        TransportErrorCode.PROTOCOL_VIOLATION, "does not acknowledge the packets that it causes")
                : null;
    }
}
