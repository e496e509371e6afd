package io.quicpool.transport.gate;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The parts of a client's Initial packet that can be read without keys (RFC 9000, section 17.2.2). */
public final class Initial {

    /** The smallest datagram with an Initial packet (RFC 9000, section 14.1). */
    public static final int MIN_DATAGRAM = 1200;

    /** Bytes (RFC 9000, section 17.2). */
    private static final int MAX_ID_LENGTH = 20;

    private static final int FLAGS_AND_VERSION = 1 + Integer.BYTES;

    private static final int FIXED_BIT = 0x40;

    public final byte[] destination;
    public final byte[] source;
    public final byte[] token;

    private Initial(byte[] destination, byte[] source, byte[] token) {
        this.destination = destination;
        this.source = source;
        this.token = token;
    }

    /**
     * Whether an Initial packet of version 1 is at the datagram's position: a long header of type 0 (RFC 9000, section 17.2). Only that can
     * start a connection. The fixed bit is not checked here, since not every engine checks it.
     */
    public static boolean isAt(ByteBuffer datagram) {
        int start = datagram.position();
        return datagram.remaining() > FLAGS_AND_VERSION + 2
                && (datagram.get(start) & 0xb0) == 0x80
                && datagram.get(start + 1) == 0
                && datagram.get(start + 2) == 0
                && datagram.get(start + 3) == 0
                && datagram.get(start + 4) == 1;
    }

    /** Reads the packet; null when it is cut off, or lacks the fixed bit. */
    public static @Nullable Initial of(ByteBuffer datagram) {
        ByteBuffer data = datagram.duplicate();
        if ((data.get(data.position()) & FIXED_BIT) == 0) {
            return null;
        }
        data.position(data.position() + FLAGS_AND_VERSION);
        try {
            byte[] destination = bytes(data, data.get() & 0xff, MAX_ID_LENGTH);
            byte[] source = bytes(data, data.get() & 0xff, MAX_ID_LENGTH);
            byte[] token = bytes(data, variableLength(data), MIN_DATAGRAM);
            return new Initial(destination, source, token);
        } catch (BufferUnderflowException e) {
            return null;
        }
    }

    // RFC 9000, section 16. Callers reject whatever exceeds the datagram.
    static long variableLength(ByteBuffer data) {
        int first = data.get() & 0xff;
        long value = first & 0x3f;
        for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
            value = (value << Byte.SIZE) | (data.get() & 0xff);
        }
        return value;
    }

    private static byte[] bytes(ByteBuffer data, long length, int max) {
        if (length > max) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[(int) length];
        data.get(bytes);
        return bytes;
    }
}
