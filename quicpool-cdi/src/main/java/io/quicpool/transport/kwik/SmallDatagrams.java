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
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.SendItem;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;

/**
 * What a server sends: fills datagrams up to {@link #LARGEST}, and no further. kwik's own limit is the size of the buffer as well, read anew for each of the
 * two: changed between them, by what the peer allows say, a datagram that is larger than its buffer ends the connection. So the
 * buffer keeps its size, and is a byte larger: kwik pads an Initial packet that holds nothing but an acknowledgement to one byte
 * more than it wants.
 */
final class SmallDatagrams extends GlobalPacketAssembler {

    /** Bytes; every path carries that (RFC 9000, section 14), and kwik probes for no more. */
    static final int LARGEST = 1200;

    /** Bytes of the buffer, and of a padded acknowledgement. */
    static final int BUFFER = LARGEST + 1;

    private static final @Nullable Method SENDER = method(QuicConnectionImpl.class, "getSender");
    private static final @Nullable Field VERSION = field(QuicConnectionImpl.class, "quicVersion");
    private static final @Nullable Field QUEUES = field(SenderImpl.class, "sendRequestQueue");
    private static final @Nullable Field ACKS = field(SenderImpl.class, "globalAckGenerator");
    private static final @Nullable Field ASSEMBLER = field(SenderImpl.class, "packetAssembler");

    private SmallDatagrams(VersionHolder version, SendRequestQueue[] queues, GlobalAckGenerator acks) {
        super(version, queues, acks);
    }

    /** Has a connection that has not sent anything yet send no larger ones. */
    static void of(QuicConnectionImpl connection) {
        if (call(SENDER, connection) instanceof SenderImpl sender) {
            sender.registerMaxUdpPayloadSize(BUFFER);
            if (get(VERSION, connection) instanceof VersionHolder version
                    && get(QUEUES, sender) instanceof SendRequestQueue[] queues
                    && get(ACKS, sender) instanceof GlobalAckGenerator acks) {
                set(ASSEMBLER, sender, new SmallDatagrams(version, queues, acks));
            }
        }
    }

    @Override
    public List<SendItem> assemble(int window, int largest, byte[] sourceId, byte[] destinationId) {
        return super.assemble(window, Math.min(largest, LARGEST), sourceId, destinationId);
    }
}
