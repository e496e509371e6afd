package io.quicpool.transport.kwik;

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
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.packet.QuicPacket;

/**
 * Bounds what a peer can have kwik keep, look through and send by frames that flow control does not count (RFC 9000, section 21).
 *
 * <p>Some of it lasts as long as the connection: messages of TLS, connection ids. So many may come, and no more. The rest is kept until the
 * peer acknowledges it: what was sent in answer, and which packets were acknowledged when. A peer that sends no data
 * that must be acknowledged may never do so, not even for acknowledgements, so it is asked to now and then (a PING); one
 * that does not is cut off when it has cost too much.
 *
 * <p>On the thread that processes the connection's packets.
 */
final class FrameGuard {

    /** Messages of TLS in pieces, retransmitted ones included; a long chain of certificates takes some 14. */
    static final int MOST_CRYPTO = 256;

    /** Frames about connection ids at a client, where kwik keeps all that there ever were; peers that are in earnest change it after thousands of packets. */
    static final int MOST_IDS = 4096;

    /**
     * What may be kept until it is acknowledged: packets, and frames that are answered. At some 200 bytes for each, which is more than the
     * packets of a whole receive window.
     */
    static final int MOST_UNACKNOWLEDGED = 65_536;

    /** So much of it, and the peer is asked to acknowledge. */
    static final int ASK_AFTER = 512;

    /** Bytes; kwik keeps what comes as it comes, and the keeping of a piece costs some 120 bytes however small it is. */
    static final int SMALL = 64;

    /** So many pieces smaller than that may wait to be read, on all streams of a connection together. */
    static final int MOST_PIECES = 131_072;

    static final Violation PIECES =
            new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "sends its data in too many small pieces");

    static final Violation TOO_LONG =
            new Violation(TransportErrorCode.FLOW_CONTROL_ERROR, "says that a stream was longer than it may be");

    static final Violation TOO_MANY =
            new Violation(TransportErrorCode.STREAM_LIMIT_ERROR, "opens more streams than it may");

    static final Violation NOT_OPEN =
            new Violation(TransportErrorCode.STREAM_STATE_ERROR, "speaks of a stream that only this side can open");

    /** RFC 9000, section 19.11. */
    private static final long MOST_STREAMS = 1L << 60;

    /** More than kwik can count; nobody opens as many. */
    private static final long ENOUGH_STREAMS = 1L << 30;

    // The number of packets sent counts those of the handshake too, and is read while others are being sent.
    private static final int SLACK = 64;

    private static final int GAPS_FOR_ONE = 32;

    // What answers it is sent again until it is acknowledged.
    private static final int ID_COSTS_MORE = 3;

    /** Why a connection is closed. */
    record Violation(TransportErrorCode code, String what) {}

    private final boolean server;
    private final LongSupplier packetsSent;
    private final Runnable ask;
    private int crypto;
    private int ids;
    private long largestReceived = -1;
    private long largestAcknowledged = -1;
    // What was received since the packets before the mark were sent, and before that. Gaps in packet numbers make each
    // acknowledgement longer.
    private long mark;
    private long cost;
    private long costBefore;
    private long gaps;
    private long gapsBefore;

    /**
     * Makes one for a new connection.
     *
     * @param server whether this side is the server
     * @param packetsSent how many packets this side has sent
     * @param ask sends something that must be acknowledged
     */
    FrameGuard(boolean server, LongSupplier packetsSent, Runnable ask) {
        this.server = server;
        this.packetsSent = packetsSent;
        this.ask = ask;
    }

    /** Looks at a packet before kwik does, and takes the sting out of it. Gives the reason to close the connection, if there is one. */
    @Nullable Violation look(QuicPacket packet) {
        boolean established = packet.getEncryptionLevel() == EncryptionLevel.App;
        int answered = 0;
        for (ListIterator<QuicFrame> each = packet.getFrames().listIterator(); each.hasNext(); ) {
            QuicFrame frame = each.next();
            Violation violation = null;
            if (frame instanceof AckFrame ack) {
                violation = established ? acknowledged(ack.getLargestAcknowledged()) : null;
            } else if (frame instanceof CryptoFrame) {
                violation = crypto(established);
            } else if (frame instanceof MaxStreamsFrame max && max.getMaxStreams() > ENOUGH_STREAMS) {
                violation = streams(max);
                each.set(new MaxStreamsFrame(ENOUGH_STREAMS, max.isAppliesToBidirectional()));
            } else if (frame instanceof NewConnectionIdFrame || frame instanceof RetireConnectionIdFrame) {
                violation = ids();
                answered += ID_COSTS_MORE;
            }
            if (violation != null) {
                return violation;
            }
            if (!(frame instanceof AckFrame || frame instanceof StreamFrame || frame instanceof Padding)) {
                answered++;
            }
        }
        return established ? kept(packet.getPacketNumber(), 1 + answered) : null;
    }

    private @Nullable Violation crypto(boolean established) {
        // A client has nothing to say in TLS any more: kwik asks for no certificate, and keys are updated without it.
        if (server && established) {
            return new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "sends messages of TLS after the handshake");
        }
        return ++crypto > MOST_CRYPTO
                ? new Violation(TransportErrorCode.CRYPTO_BUFFER_EXCEEDED, "sends messages of TLS without end")
                : null;
    }

    private static @Nullable Violation streams(MaxStreamsFrame max) {
        return max.getMaxStreams() > MOST_STREAMS
                ? new Violation(TransportErrorCode.FRAME_ENCODING_ERROR, "allows more streams than there are numbers")
                : null;
    }

    private @Nullable Violation ids() {
        return !server && ++ids > MOST_IDS
                ? new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "changes connection ids without end")
                : null;
    }

    // kwik goes through all numbers that are acknowledged, be it that there are billions.
    private @Nullable Violation acknowledged(long largest) {
        long sent = packetsSent.getAsLong();
        if (largest > sent + SLACK) {
            return new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "acknowledges packets that were not sent");
        }
        largestAcknowledged = Math.max(largestAcknowledged, largest);
        if (largestAcknowledged + SLACK >= mark) {
            mark = sent;
            costBefore = cost;
            cost = 0;
            gapsBefore = gaps;
            gaps = 0;
        }
        return null;
    }

    private @Nullable Violation kept(long number, int frames) {
        if (number > largestReceived + 1) {
            gaps++;
        }
        largestReceived = Math.max(largestReceived, number);
        long before = cost;
        cost += frames + (gaps + gapsBefore) / GAPS_FOR_ONE;
        if (cost / ASK_AFTER != before / ASK_AFTER) {
            ask.run();
        }
        return cost + costBefore > MOST_UNACKNOWLEDGED
                ? new Violation(TransportErrorCode.PROTOCOL_VIOLATION, "acknowledges nothing of what it asks for")
                : null;
    }
}
