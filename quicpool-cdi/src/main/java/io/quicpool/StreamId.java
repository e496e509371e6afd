package io.quicpool;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The id under which both ends of a connection know the same pooled stream: 4 bytes, given by the server pool, shown
 * everywhere as 8 lower-case hex digits.
 *
 * <p>The id {@link #FIRST} is given to the first stream of a connection; peers use that stream as their control stream
 * (Go package NodePassProject/quic). All others are random.
 *
 * @param value the 4 bytes, big endian
 */
public record StreamId(int value) {

    /** How many bytes an id has on the wire. */
    public static final int BYTES = Integer.BYTES;

    /** The id {@code 00000000}, given to the first stream of a connection. */
    public static final StreamId FIRST = new StreamId(0);

    private static final HexFormat HEX = HexFormat.of();

    /**
     * Reads an id as people and peers write it.
     *
     * @param text 8 hex digits, upper or lower case
     * @return the id
     * @throws IllegalArgumentException when the text is not 8 hex digits
     */
    public static StreamId parse(String text) {
        if (text.length() != 2 * BYTES || !text.chars().allMatch(HexFormat::isHexDigit)) {
            throw new IllegalArgumentException("stream id = \"" + text + "\": must be 8 hex digits, such as 9f3a01c7");
        }
        return new StreamId(HexFormat.fromHexDigits(text));
    }

    /**
     * Reads an id as it stands on the wire.
     *
     * @param bytes exactly 4 bytes
     * @return the id
     * @throws IllegalArgumentException when there are not exactly 4 bytes
     */
    public static StreamId of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a stream id has " + BYTES + " bytes, not " + bytes.length);
        }
        return new StreamId(ByteBuffer.wrap(bytes).getInt());
    }

    /**
     * The id as it stands on the wire.
     *
     * @return 4 bytes, a copy
     */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putInt(value).array();
    }

    @Override
    public String toString() {
        return HEX.toHexDigits(value);
    }
}
