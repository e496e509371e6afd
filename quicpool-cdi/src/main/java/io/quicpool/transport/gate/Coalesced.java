package io.quicpool.transport.gate;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Splits datagrams that hold several packets (RFC 9000, section 12.2). A client may put its first application data behind its last
 * Handshake packet, an acknowledgement for example. A server that has completed the handshake has no keys for that packet any more. Both
 * engines then drop the whole datagram, which they should not. A client of kwik does the same with packets of the server.
 */
public final class Coalesced {

    /** A long header, the fixed bit, type 2 (RFC 9000, section 17.2.4). */
    private static final int HANDSHAKE = 0xe0;

    /** The same with type 0 (RFC 9000, section 17.2.2). */
    private static final int INITIAL = 0xc0;

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
        return firstLength(datagram, false);
    }

    /** The same for a leading packet of either kind that comes before application data: Initial or Handshake. */
    public static int firstLongLength(ByteBuffer datagram) {
        return firstLength(datagram, true);
    }

    private static int firstLength(ByteBuffer datagram, boolean alsoInitial) {
        int all = datagram.remaining();
        int type = all == 0 ? 0 : datagram.get(datagram.position()) & 0xf0;
        if (type != HANDSHAKE && !(alsoInitial && type == INITIAL)) {
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
            if (type == INITIAL) {
                // The token.
                skip(data, Initial.variableLength(data));
            }
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
