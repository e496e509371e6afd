package io.quicpool.transport.kwik;

import static io.quicpool.transport.engine.Reflection.get;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.ack.GlobalAckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.packet.HandshakePacket;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.send.InitialPacketAssembler;
import tech.kwik.core.send.PacketAssembler;
import tech.kwik.core.send.SendRequest;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;

/**
 * Makes a connection's datagrams at most {@link #LARGEST} bytes long. kwik reads its own limit twice for each datagram, as the limit and as
 * the size of the buffer: when it shrinks in between, the datagram overflows the buffer and the connection ends. Here it never shrinks:
 * every peer must accept that size (RFC 9000, section 18.2).
 *
 * <p>kwik queues and assembles the packets of each encryption level apart, in objects that it keeps in arrays. Objects of our own take
 * their places before anything is sent. They run on the sender's thread.
 */
final class SmallDatagrams {

    /** Bytes. Every path must carry that (RFC 9000, section 14), and kwik does not probe for more. */
    static final int LARGEST = 1200;

    /**
     * Ranges of packet numbers in an acknowledgement. kwik has room for 1,000 bytes, and its sender ends with an error when the ranges
     * take more.
     */
    private static final int MAX_RANGES = 64;

    // The largest length that fits one byte (RFC 9000, section 16); the tag behind each payload; what the packet number
    // and the payload have at least (RFC 9001, sections 5.3 and 5.4.2).
    private static final int MAX_ONE_BYTE = 63;
    private static final int TAG = 16;
    private static final int MIN_NUMBER_AND_PAYLOAD = 4;

    private SmallDatagrams() {}

    /** Limits the datagrams of a connection, before it sends anything. */
    static void install(QuicConnectionImpl connection) {
        SenderImpl sender = KwikInternals.sender(connection);
        sender.registerMaxUdpPayloadSize(LARGEST);
        SendRequestQueue[] queues = queues(sender);
        Object assembler = Objects.requireNonNull(get(KwikMembers.ASSEMBLER, sender));
        PacketAssembler[] assemblers =
                (PacketAssembler[]) Objects.requireNonNull(get(KwikMembers.ASSEMBLERS, assembler));
        GlobalAckGenerator acks = sender.getGlobalAckGenerator();
        InitialQueue initial = new InitialQueue(acks.getAckGenerator(PnSpace.Initial));
        set(queues, assemblers, EncryptionLevel.Initial, initial, new InitialAssembler(initial));
        Queue handshake = new Queue(EncryptionLevel.Handshake, acks.getAckGenerator(PnSpace.Handshake));
        set(queues, assemblers, EncryptionLevel.Handshake, handshake, new HandshakeAssembler(handshake));
        AppQueue app = new AppQueue(acks.getAckGenerator(PnSpace.App));
        set(queues, assemblers, EncryptionLevel.App, app, new AppAssembler(app));
    }

    private static SendRequestQueue[] queues(SenderImpl sender) {
        return (SendRequestQueue[]) Objects.requireNonNull(get(KwikMembers.QUEUES, sender));
    }

    // kwik indexes its arrays by the ordinal of the level.
    @SuppressWarnings("EnumOrdinal")
    private static void set(
            SendRequestQueue[] queues,
            PacketAssembler[] assemblers,
            EncryptionLevel level,
            SendRequestQueue queue,
            PacketAssembler assembler) {
        queues[level.ordinal()] = queue;
        assemblers[level.ordinal()] = assembler;
    }

    /** Whether something of this level waits to be sent. */
    @SuppressWarnings("EnumOrdinal")
    static boolean hasRequests(QuicConnectionImpl connection, EncryptionLevel level) {
        return queues(KwikInternals.sender(connection))[level.ordinal()].hasRequests();
    }

    /** Starts to watch the path of a connection. */
    @SuppressWarnings("EnumOrdinal")
    static void watch(QuicConnectionImpl connection, PathWatch watch) {
        if (queues(KwikInternals.sender(connection))[EncryptionLevel.App.ordinal()] instanceof AppQueue app) {
            app.watch = watch;
        }
    }

    private static int length(List<QuicFrame> frames) {
        return frames.stream().mapToInt(QuicFrame::getFrameLength).sum();
    }

    private static VersionHolder version() {
        return VersionHolder.with(Version.QUIC_version_1);
    }

    // ---- what waits to be sent

    /** A queue whose acknowledgements keep their limit. The peer sends again what is not acknowledged (RFC 9000, section 13.2.3). */
    private static class Queue extends SendRequestQueue {

        private final AckGenerator acks;

        Queue(EncryptionLevel level, AckGenerator acks) {
            super(level);
            this.acks = acks;
        }

        final AckGenerator acks() {
            return acks;
        }

        // kwik asks this first for each packet.
        @Override
        public boolean mustAndWillSendAck() {
            synchronized (acks) {
                // The newest are first.
                if (get(KwikMembers.RANGES, acks) instanceof List<?> ranges && ranges.size() > MAX_RANGES) {
                    ranges.subList(MAX_RANGES, ranges.size()).clear();
                }
            }
            return super.mustAndWillSendAck();
        }
    }

    /**
     * Sends frames of Initial packets again without their padding. A Retry packet that comes while kwik assembles the next packet leaves a
     * ClientHello without its token, with padding instead. Behind the token both would not fit, and kwik would send a PING in their place
     * each time, until the connect time-out.
     */
    private static final class InitialQueue extends Queue {

        InitialQueue(AckGenerator acks) {
            super(EncryptionLevel.Initial, acks);
        }

        @Override
        public void addProbeRequest(List<QuicFrame> frames) {
            super.addProbeRequest(
                    frames.stream().filter(each -> !(each instanceof Padding)).toList());
        }
    }

    /** Keeps packets small, or fills them, as {@link PathWatch} says. */
    private static final class AppQueue extends Queue {

        private volatile @Nullable PathWatch watch;
        // The one that is being assembled.
        private @Nullable QuicPacket packet;

        AppQueue(AckGenerator acks) {
            super(EncryptionLevel.App, acks);
        }

        @Override
        public Optional<SendRequest> next(int max) {
            PathWatch path = watch;
            if (path == null) {
                return super.next(max);
            }
            int less = LARGEST - path.largest(false);
            if (less > 0) {
                return super.next(max - less).map(each -> new Smaller(each, less));
            }
            Optional<SendRequest> next = super.next(max);
            QuicPacket full = packet;
            return next.isEmpty()
                            && full != null
                            && full.isAckEliciting()
                            && full.estimateLength(max) >= LARGEST
                            && path.track(full.getPacketNumber())
                    ? Optional.of(new Filling(path, full.getPacketNumber()))
                    : next;
        }

        @Override
        public List<QuicFrame> getProbe() {
            List<QuicFrame> probe = super.getProbe();
            PathWatch path = watch;
            QuicPacket current = packet;
            boolean fits =
                    path == null || current == null || current.estimateLength(length(probe)) <= path.largest(true);
            return fits ? probe : List.of(new PingFrame());
        }
    }

    /** A request in a packet that is smaller than kwik thinks. */
    private static final class Smaller implements SendRequest {

        private final SendRequest request;
        private final int less;

        Smaller(SendRequest request, int less) {
            this.request = request;
            this.less = less;
        }

        @Override
        public int getEstimatedSize() {
            return request.getEstimatedSize();
        }

        @Override
        public QuicFrame getFrame(int max) {
            return request.getFrame(max - less);
        }

        @Override
        public Consumer<QuicFrame> getLostCallback() {
            return request.getLostCallback();
        }
    }

    /** The padding of a packet whose loss or acknowledgement tells whether the path carries full datagrams. */
    private static final class Filling implements SendRequest {

        private final PathWatch path;
        private final long number;

        Filling(PathWatch path, long number) {
            this.path = path;
            this.number = number;
        }

        @Override
        public int getEstimatedSize() {
            return 1;
        }

        @Override
        public QuicFrame getFrame(int max) {
            return new Padding(max);
        }

        @Override
        public Consumer<QuicFrame> getLostCallback() {
            return frame -> path.lost(number);
        }
    }

    // ---- packets, with their exact length: kwik may count a byte too few or too many

    private static final class InitialAssembler extends InitialPacketAssembler {

        InitialAssembler(Queue queue) {
            super(version(), queue, queue.acks());
        }

        @Override
        protected QuicPacket createPacket(byte[] sourceId, byte[] destinationId) {
            InitialPacket packet = new PaddedInitial(sourceId, destinationId, initialToken);
            packet.setPacketNumber(nextPacketNumber());
            return packet;
        }
    }

    /** kwik pads it at last, so that its datagram has 1,200 bytes. So its length takes two bytes, and no other padding is needed. */
    private static final class PaddedInitial extends InitialPacket {

        PaddedInitial(byte[] sourceId, byte[] destinationId, byte[] token) {
            super(Version.QUIC_version_1, sourceId, destinationId, token, (QuicFrame) null);
        }

        @Override
        public int estimateLength(int more) {
            int payload = length(getFrames()) + more;
            int number = computePacketNumberSize(getPacketNumber());
            int countedPadding = Math.max(0, MIN_NUMBER_AND_PAYLOAD - number - payload);
            int missing = payload + 1 > MAX_ONE_BYTE ? 0 : 1;
            return super.estimateLength(more) - countedPadding + missing;
        }
    }

    private static final class HandshakeAssembler extends PacketAssembler {

        HandshakeAssembler(Queue queue) {
            super(version(), EncryptionLevel.Handshake, queue, queue.acks());
        }

        @Override
        protected QuicPacket createPacket(byte[] sourceId, byte[] destinationId) {
            HandshakePacket packet = new ExactHandshake(sourceId, destinationId);
            packet.setPacketNumber(nextPacketNumber());
            return packet;
        }
    }

    /** kwik leaves out the packet number and the tag when it decides whether the length takes one byte or two. */
    private static final class ExactHandshake extends HandshakePacket {

        ExactHandshake(byte[] sourceId, byte[] destinationId) {
            super(Version.QUIC_version_1, sourceId, destinationId, null);
        }

        @Override
        public int estimateLength(int more) {
            int payload = length(getFrames()) + more;
            int number = computePacketNumberSize(getPacketNumber());
            int all = Math.max(MIN_NUMBER_AND_PAYLOAD, number + payload) + TAG;
            return super.estimateLength(more) + (payload + 1 <= MAX_ONE_BYTE && all > MAX_ONE_BYTE ? 1 : 0);
        }
    }

    private static final class AppAssembler extends PacketAssembler {

        private final AppQueue queue;

        AppAssembler(AppQueue queue) {
            super(version(), EncryptionLevel.App, queue, queue.acks());
            this.queue = queue;
        }

        @Override
        protected QuicPacket createPacket(byte[] sourceId, byte[] destinationId) {
            QuicPacket packet = super.createPacket(sourceId, destinationId);
            queue.packet = packet;
            return packet;
        }
    }
}
