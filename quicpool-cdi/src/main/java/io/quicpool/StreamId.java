package io.quicpool;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The id by which both ends of a connection know the same pooled stream. The server pool assigns it. It has 4 bytes and is
 * shown as 8 lower-case hex digits.
 *
 * <p>The first stream of a connection gets the id {@link #FIRST}. Users of the Go package NodePassProject/quic use that stream
 * as their control stream. All other ids are random.
 *
 * @param value the 4 bytes, big endian
 */
public record StreamId(int value) {

    /** How many bytes an id has on the wire. */
    public static final int BYTES = Integer.BYTES;

    /** The id {@code 00000000} of the first stream of a connection. */
    public static final StreamId FIRST = new StreamId(0);

    private static final HexFormat HEX = HexFormat.of();

    /**
     * Parses an id from its hex digits.
     *
     * @param text 8 hex digits, upper or lower case
     * @throws IllegalArgumentException when the text is not 8 hex digits
     */
    public static StreamId parse(String text) {
        if (text.length() != 2 * BYTES || !text.chars().allMatch(HexFormat::isHexDigit)) {
            throw new IllegalArgumentException("stream id = \"" + text + "\": must be 8 hex digits, such as 9f3a01c7");
        }
        return new StreamId(HexFormat.fromHexDigits(text));
    }

    /**
     * Reads an id from its 4 bytes on the wire.
     *
     * @param bytes exactly 4 bytes
     * @throws IllegalArgumentException when there are not exactly 4 bytes
     */
    public static StreamId of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a stream id has " + BYTES + " bytes, not " + bytes.length);
        }
        return new StreamId(ByteBuffer.wrap(bytes).getInt());
    }

    /**
     * The 4 bytes of the id on the wire.
     *
     * @return a new array of 4 bytes
     */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putInt(value).array();
    }

    @Override
    public String toString() {
        return HEX.toHexDigits(value);
    }
}
