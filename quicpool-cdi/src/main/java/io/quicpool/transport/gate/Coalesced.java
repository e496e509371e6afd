package io.quicpool.transport.gate;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Datagrams that hold several packets (RFC 9000, section 12.2). Clients put what they say first behind their last word of the handshake,
 * an acknowledgement say. A server for which the handshake is over has no keys for that any more, and engines drop the whole datagram
 * then, which they should not.
 */
public final class Coalesced {

    /** A long header, the fixed bit, type 2 (RFC 9000, section 17.2.4). */
    private static final int HANDSHAKE = 0xe0;

    private static final int VERSION_1 = 1;
    private static final int FIXED_BIT = 0x40;

    private Coalesced() {}

    /**
     * Finds out where a packet of the handshake ends.
     *
     * @param datagram what has come; its position stays
     * @return how long its first packet is if that is of the handshake and another one follows; else how long all of it is
     */
    public static int handshakeOf(ByteBuffer datagram) {
        int all = datagram.remaining();
        if (all == 0 || (datagram.get(datagram.position()) & 0xf0) != HANDSHAKE) {
            return all;
        }
        ByteBuffer data = datagram.duplicate().position(datagram.position() + 1);
        try {
            if (data.getInt() != VERSION_1) {
                return all;
            }
            // The ids of connections, and the packet's number and payload.
            skip(data, data.get() & 0xff);
            skip(data, data.get() & 0xff);
            skip(data, Initial.variableLength(data));
            boolean another = data.hasRemaining() && (data.get(data.position()) & FIXED_BIT) != 0;
            return another ? data.position() - datagram.position() : all;
        } catch (BufferUnderflowException cutOff) {
            return all;
        }
    }

    private static void skip(ByteBuffer data, long length) {
        if (length > data.remaining()) {
            throw new BufferUnderflowException();
        }
        data.position(data.position() + (int) length);
    }
}
