package io.quicpool.transport.gate;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Splits datagrams that hold several packets (RFC 9000, section 12.2). A client may put its first application data behind its last
 * Handshake packet, an acknowledgement for example. A server that has completed the handshake has no keys for that packet any more. Both
 * engines then drop the whole datagram, which they should not.
 */
public final class Coalesced {

    /** A long header, the fixed bit, type 2 (RFC 9000, section 17.2.4). */
    private static final int HANDSHAKE = 0xe0;

    private static final int VERSION_1 = 1;
    private static final int FIXED_BIT = 0x40;

    private Coalesced() {}

    /**
     * Finds the end of a leading Handshake packet.
     *
     * @param datagram a received datagram; its position stays
     * @return the length of its first packet if that is a Handshake packet and another packet follows; else the length of the datagram
     */
    public static int firstHandshakeLength(ByteBuffer datagram) {
        int all = datagram.remaining();
        if (all == 0 || (datagram.get(datagram.position()) & 0xf0) != HANDSHAKE) {
            return all;
        }
        ByteBuffer data = datagram.duplicate().position(datagram.position() + 1);
        try {
            if (data.getInt() != VERSION_1) {
                return all;
            }
            // The two connection ids; then packet number and payload.
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
