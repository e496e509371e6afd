package io.quicpool.transport.gate;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What can be read of an Initial packet without keys (RFC 9000, section 17.2.2): a client that begins. */
final class Initial {

    /** RFC 9000, section 14.1. */
    static final int SMALLEST = 1200;

    /** RFC 9000, section 17.2. */
    private static final int LONGEST_ID = 20;

    private static final int HEADER = 1 + Integer.BYTES;

    private static final int FIXED = 0x40;

    final byte[] destination;
    final byte[] source;
    final byte[] token;

    private Initial(byte[] destination, byte[] source, byte[] token) {
        this.destination = destination;
        this.source = source;
        this.token = token;
    }

    /**
     * A long header, type 0 (RFC 9000, section 17.2), version 1. Others are no beginning that is served. The fixed bit is not asked for:
     * not every engine does.
     */
    static boolean isAt(ByteBuffer datagram) {
        int start = datagram.position();
        return datagram.remaining() > HEADER + 2
                && (datagram.get(start) & 0xb0) == 0x80
                && datagram.get(start + 1) == 0
                && datagram.get(start + 2) == 0
                && datagram.get(start + 3) == 0
                && datagram.get(start + 4) == 1;
    }

    /** Reads one; null when it is cut off, or without the fixed bit. */
    static @Nullable Initial of(ByteBuffer datagram) {
        ByteBuffer data = datagram.duplicate();
        if ((data.get(data.position()) & FIXED) == 0) {
            return null;
        }
        data.position(data.position() + HEADER);
        try {
            byte[] destination = bytes(data, data.get() & 0xff, LONGEST_ID);
            byte[] source = bytes(data, data.get() & 0xff, LONGEST_ID);
            byte[] token = bytes(data, variableLength(data), SMALLEST);
            return new Initial(destination, source, token);
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    // RFC 9000, section 16; what is larger than any datagram is said to be so, and no more.
    static long variableLength(ByteBuffer data) {
        int first = data.get() & 0xff;
        long value = first & 0x3f;
        for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
            value = (value << Byte.SIZE) | (data.get() & 0xff);
        }
        return value;
    }

    private static byte[] bytes(ByteBuffer data, long length, int most) {
        if (length > most) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[(int) length];
        data.get(bytes);
        return bytes;
    }
}
