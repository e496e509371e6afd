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
import tech.kwik.core.ack.GlobalAckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.SendItem;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;

/**
 * What a connection sends: datagrams of at most {@link #LARGEST} bytes. kwik's own limit is the size of the buffer as well, and is read anew
 * for each of the two: where it shrinks in between, a datagram that is larger than its buffer ends the connection. Here it never
 * shrinks, for a peer must take that size (RFC 9000, section 18.2). On the sender's thread.
 */
final class SmallDatagrams extends GlobalPacketAssembler {

    /** Bytes; every path carries that (RFC 9000, section 14), and kwik probes for no more. */
    static final int LARGEST = 1200;

    private static final @Nullable Method SENDER = method(QuicConnectionImpl.class, "getSender");
    private static final @Nullable Field VERSION = field(QuicConnectionImpl.class, "quicVersion");
    private static final @Nullable Field QUEUES = field(SenderImpl.class, "sendRequestQueue");
    private static final @Nullable Field ACKS = field(SenderImpl.class, "globalAckGenerator");
    private static final @Nullable Field ASSEMBLER = field(SenderImpl.class, "packetAssembler");

    // kwik takes the length of a long packet for one byte where it has two, at most once in a datagram that it does not
    // pad. It sends no Initial packet where a datagram may not have 1,200 bytes, so the window is less.
    private static final int SLACK = 1;

    // The longest that one byte can say (RFC 9000, section 16), and what it counts beside the payload in a handshake.
    private static final int ONE_BYTE = 63;
    private static final int NUMBER_AND_TAG = 1 + 16;

    private final SendRequestQueue[] queues;
    private volatile @Nullable PathWatch watch;

    private SmallDatagrams(VersionHolder version, SendRequestQueue[] queues, GlobalAckGenerator acks) {
        super(version, queues, acks);
        this.queues = queues;
    }

    /** Has a connection that has not sent anything yet send no larger ones. */
    static void of(QuicConnectionImpl connection) {
        if (call(SENDER, connection) instanceof SenderImpl sender) {
            sender.registerMaxUdpPayloadSize(LARGEST);
            if (get(VERSION, connection) instanceof VersionHolder version
                    && get(QUEUES, sender) instanceof SendRequestQueue[] queues
                    && get(ACKS, sender) instanceof GlobalAckGenerator acks) {
                SmallDatagrams ours = new SmallDatagrams(version, queues, acks);
                if (connection.getRole() == Role.Client) {
                    // kwik has said that to its own already.
                    ours.enableAppLevel();
                }
                set(ASSEMBLER, sender, ours);
            }
        }
    }

    /** From now on the path of a connection is watched. */
    static void watch(QuicConnectionImpl connection, PathWatch watch) {
        if (call(SENDER, connection) instanceof SenderImpl sender
                && get(ASSEMBLER, sender) instanceof SmallDatagrams ours) {
            ours.watch = watch;
        }
    }

    @Override
    public List<SendItem> assemble(int window, int largest, byte[] sourceId, byte[] destinationId) {
        PathWatch path = watch;
        int most = path == null ? largest : Math.min(largest, path.largest(hasProbe()));
        List<SendItem> items = super.assemble(Math.min(window, most - SLACK), most, sourceId, destinationId);
        fit(items);
        if (path != null && Math.min(window, most) >= LARGEST) {
            path.fill(items);
        }
        return items;
    }

    // That is how kwik finds the queue of a level.
    @SuppressWarnings("EnumOrdinal")
    private boolean hasProbe() {
        return queues[EncryptionLevel.App.ordinal()].hasProbe();
    }

    // A packet that kwik pads may become a byte longer than it wants: its length needs another one.
    private static void fit(List<SendItem> items) {
        int surplus = -LARGEST;
        for (SendItem item : items) {
            surplus += length(item.getPacket());
        }
        for (SendItem item : items) {
            List<QuicFrame> frames = item.getPacket().getFrames();
            int last = frames.size() - 1;
            if (surplus > 0 && frames.get(last) instanceof Padding padding && padding.getLength() > surplus) {
                frames.set(last, new Padding(padding.getLength() - surplus));
                surplus = 0;
            }
        }
    }

    // kwik's estimate forgets the packet number and the tag when it asks how many bytes the length takes.
    private static int length(QuicPacket packet) {
        int estimate = packet.estimateLength(0);
        int payload =
                packet.getFrames().stream().mapToInt(QuicFrame::getFrameLength).sum();
        boolean isLong = packet.getEncryptionLevel() != EncryptionLevel.App;
        return isLong && payload < ONE_BYTE && payload + NUMBER_AND_TAG > ONE_BYTE ? estimate + 1 : estimate;
    }
}
