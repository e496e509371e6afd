package io.quicpool.transport.kwik;

import static io.quicpool.transport.kwik.Reflection.call;
import static io.quicpool.transport.kwik.Reflection.field;
import static io.quicpool.transport.kwik.Reflection.get;
import static io.quicpool.transport.kwik.Reflection.method;
import static io.quicpool.transport.kwik.Reflection.set;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.ack.GlobalAckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.SendItem;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;

/**
 * Assembles datagrams of at most {@link #LARGEST} bytes. kwik reads its own limit twice for each datagram, as the limit and as the size of
 * the buffer: when it shrinks in between, the datagram overflows the buffer and the connection ends. Here it never shrinks, since every
 * peer must accept that size (RFC 9000, section 18.2). On the sender's thread.
 */
final class SmallDatagrams extends GlobalPacketAssembler {

    /** Bytes. Every path must carry that (RFC 9000, section 14), and kwik does not probe for more. */
    static final int LARGEST = 1200;

    private static final @Nullable Method SENDER = method(QuicConnectionImpl.class, "getSender");
    private static final @Nullable Field VERSION = field(QuicConnectionImpl.class, "quicVersion");
    private static final @Nullable Field QUEUES = field(SenderImpl.class, "sendRequestQueue");
    private static final @Nullable Field ACKS = field(SenderImpl.class, "globalAckGenerator");
    private static final @Nullable Field RANGES = field(AckGenerator.class, "rangesToAcknowledge");
    private static final @Nullable Field ASSEMBLER = field(SenderImpl.class, "packetAssembler");

    /**
     * Ranges of packet numbers in an acknowledgement. kwik has room for 1,000 bytes, and its sender ends with an error when the ranges
     * take more.
     */
    private static final int MAX_RANGES = 64;

    // In a long header kwik may count one byte for a length that takes two, at most once in a datagram without padding.
    // Only the window shrinks by that: with a smaller limit kwik would send no Initial packet, which needs 1,200 bytes.
    private static final int LENGTH_SLACK = 1;

    // The largest length that fits one byte (RFC 9000, section 16), and what that counts beside the payload.
    private static final int MAX_ONE_BYTE = 63;
    private static final int NUMBER_AND_TAG = 1 + 16;

    private final SendRequestQueue[] queues;
    private final GlobalAckGenerator acks;
    private volatile @Nullable PathWatch watch;

    private SmallDatagrams(VersionHolder version, SendRequestQueue[] queues, GlobalAckGenerator acks) {
        super(version, queues, acks);
        this.queues = queues;
        this.acks = acks;
    }

    /** Limits the datagrams of a connection, before it sends anything. */
    static void install(QuicConnectionImpl connection) {
        if (call(SENDER, connection) instanceof SenderImpl sender) {
            sender.registerMaxUdpPayloadSize(LARGEST);
            if (get(VERSION, connection) instanceof VersionHolder version
                    && get(QUEUES, sender) instanceof SendRequestQueue[] queues
                    && get(ACKS, sender) instanceof GlobalAckGenerator acks) {
                InitialQueue.install(queues);
                SmallDatagrams ours = new SmallDatagrams(version, queues, acks);
                if (connection.getRole() == Role.Client) {
                    // kwik has enabled its own assembler already.
                    ours.enableAppLevel();
                }
                set(ASSEMBLER, sender, ours);
            }
        }
    }

    /** Starts to watch the path of a connection. */
    static void watch(QuicConnectionImpl connection, PathWatch watch) {
        if (call(SENDER, connection) instanceof SenderImpl sender
                && get(ASSEMBLER, sender) instanceof SmallDatagrams ours) {
            ours.watch = watch;
        }
    }

    @Override
    public List<SendItem> assemble(int window, int largest, byte[] sourceId, byte[] destinationId) {
        removeOldRanges();
        PathWatch path = watch;
        int max = path == null ? largest : Math.min(largest, path.largest(hasProbe()));
        List<SendItem> items = super.assemble(Math.min(window, max - LENGTH_SLACK), max, sourceId, destinationId);
        fitPadding(items);
        if (path != null && Math.min(window, max) >= LARGEST) {
            path.fill(items);
        }
        return items;
    }

    // The peer sends again what is not acknowledged (RFC 9000, section 13.2.3).
    private void removeOldRanges() {
        for (PnSpace space : PnSpace.values()) {
            AckGenerator generator = acks.getAckGenerator(space);
            synchronized (generator) {
                // The newest are first.
                if (get(RANGES, generator) instanceof List<?> ranges && ranges.size() > MAX_RANGES) {
                    ranges.subList(MAX_RANGES, ranges.size()).clear();
                }
            }
        }
    }

    // kwik indexes its queues by the ordinal of the level.
    @SuppressWarnings("EnumOrdinal")
    private boolean hasProbe() {
        return queues[EncryptionLevel.App.ordinal()].hasProbe();
    }

    // A padded packet may be a byte longer than kwik has estimated, since its length field then takes two bytes. A
    // packet with a PING only is a byte shorter: kwik counts padding that it leaves out. Only Initial packets must fill
    // the datagram.
    private static void fitPadding(List<SendItem> items) {
        int surplus = -LARGEST;
        for (SendItem item : items) {
            surplus += length(item.getPacket());
        }
        for (SendItem item : items) {
            List<QuicFrame> frames = item.getPacket().getFrames();
            int last = frames.size() - 1;
            boolean wrong = surplus > 0 || (surplus < 0 && item.getPacket() instanceof InitialPacket);
            if (wrong && frames.get(last) instanceof Padding padding && padding.getLength() > surplus) {
                frames.set(last, new Padding(padding.getLength() - surplus));
                surplus = 0;
            }
        }
    }

    // kwik's estimate leaves out the packet number and the tag when it sizes the length field.
    private static int length(QuicPacket packet) {
        int estimate = packet.estimateLength(0);
        int payload =
                packet.getFrames().stream().mapToInt(QuicFrame::getFrameLength).sum();
        boolean isLong = packet.getEncryptionLevel() != EncryptionLevel.App;
        return isLong && payload < MAX_ONE_BYTE && payload + NUMBER_AND_TAG > MAX_ONE_BYTE ? estimate + 1 : estimate;
    }

    /**
     * Sends frames of Initial packets again without their padding. A Retry packet that comes while kwik assembles the next packet leaves a
     * ClientHello without its token, with padding instead. Behind the token both would not fit, and kwik would send a PING in their place
     * each time, until the connect time-out.
     */
    private static final class InitialQueue extends SendRequestQueue {

        InitialQueue() {
            super(EncryptionLevel.Initial);
        }

        // kwik indexes its queues by the ordinal of the level.
        @SuppressWarnings("EnumOrdinal")
        static void install(SendRequestQueue[] queues) {
            queues[EncryptionLevel.Initial.ordinal()] = new InitialQueue();
        }

        @Override
        public void addProbeRequest(List<QuicFrame> frames) {
            super.addProbeRequest(
                    frames.stream().filter(each -> !(each instanceof Padding)).toList());
        }
    }
}
