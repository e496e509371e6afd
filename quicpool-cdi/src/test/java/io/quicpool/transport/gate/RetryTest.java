package io.quicpool.transport.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Retry packets, and which tokens are valid. */
class RetryTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4433);
    private static final byte[] FIRST = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    private static final byte[] RETRY = {8, 7, 6, 5, 4, 3, 2, 1};

    private final RetryTokens tokens = new RetryTokens();
    private final byte[] token = tokens.issue(CLIENT, FIRST, RETRY, 0);

    @Test
    void aTokenGivesBackTheIdThatTheClientChoseFirst() {
        assertThat(tokens.validate(CLIENT, token, RETRY, 1)).isEqualTo(FIRST);
        assertThat(tokens.validate(CLIENT, token, RETRY, RetryTokens.LIFETIME.toNanos()))
                .isEqualTo(FIRST);
    }

    @Test
    void aTokenIsForOneClientOneIdAndSomeSeconds() {
        InetSocketAddress otherPort = new InetSocketAddress(CLIENT.getAddress(), 4434);
        InetSocketAddress otherHost = new InetSocketAddress(address(127, 0, 0, 2), 4433);
        assertThat(tokens.validate(otherPort, token, RETRY, 1)).isNull();
        assertThat(tokens.validate(otherHost, token, RETRY, 1)).isNull();
        assertThat(tokens.validate(CLIENT, token, FIRST, 1)).isNull();
        assertThat(tokens.validate(CLIENT, token, RETRY, RetryTokens.LIFETIME.toNanos() + 1))
                .isNull();
        assertThat(new RetryTokens().validate(CLIENT, token, RETRY, 1)).isNull();
    }

    /** Otherwise a client could set the time of its token, and use it for several ids. */
    @Test
    void noByteOfATokenCanBecomePartOfTheId() {
        ByteBuffer longId = ByteBuffer.allocate(RETRY.length + Long.BYTES);
        longId.put(RETRY).put(token, 0, Long.BYTES);
        ByteBuffer shifted = ByteBuffer.allocate(token.length - Long.BYTES);
        shifted.put(FIRST, 0, Long.BYTES).put(token, Long.BYTES, token.length - Long.BYTES - FIRST.length);
        shifted.put(FIRST, Long.BYTES, FIRST.length - Long.BYTES);
        long issued = shifted.getLong(0);
        assertThat(tokens.validate(CLIENT, shifted.array(), longId.array(), issued))
                .isNull();
    }

    /** Otherwise a client with a token for an IPv4 address could make one for an IPv6 address that it does not have. */
    @Test
    void noByteOfATokenCanBecomePartOfTheAddress() {
        long issued = 4433L << Integer.SIZE;
        byte[] longId = Arrays.copyOf(FIRST, 20);
        byte[] given = tokens.issue(CLIENT, longId, RETRY, issued);
        ByteBuffer parts = ByteBuffer.allocate(44);
        parts.put(CLIENT.getAddress().getAddress()).putInt(CLIENT.getPort());
        parts.put(RETRY).putLong(issued).put(longId).flip();

        byte[] address = new byte[16];
        parts.get(address);
        InetSocketAddress other = new InetSocketAddress(address(address), parts.getInt());
        byte[] otherRetry = new byte[RETRY.length];
        parts.get(otherRetry);
        long otherIssued = parts.getLong();
        ByteBuffer forged = ByteBuffer.allocate(RetryTokens.ID_OFFSET + parts.remaining());
        forged.putLong(otherIssued)
                .put(given, Long.BYTES, RetryTokens.ID_OFFSET - Long.BYTES)
                .put(parts);
        assertThat(tokens.validate(other, forged.array(), otherRetry, otherIssued))
                .isNull();
    }

    @Test
    void aTokenThatWasChangedIsNone() {
        for (int bit = 0; bit < token.length * Byte.SIZE; bit++) {
            byte[] changed = token.clone();
            changed[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertThat(tokens.validate(CLIENT, changed, RETRY, 1)).isNull();
        }
        for (int length = 0; length < token.length; length++) {
            assertThat(tokens.validate(CLIENT, Arrays.copyOf(token, length), RETRY, 1))
                    .isNull();
        }
    }

    private static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        return address(raw);
    }

    private static InetAddress address(byte[] raw) {
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The example of RFC 9001, appendix A.4, with the first connection id of appendix A. */
    @Test
    void aRetryPacketIsThatOfTheStandard() {
        byte[] firstId = HexFormat.of().parseHex("8394c8f03e515708");
        ByteBuffer bytes = ByteBuffer.allocate(1200);
        bytes.put((byte) 0xc3).putInt(1).put((byte) 8).put(firstId).put((byte) 0);
        Initial initial = Objects.requireNonNull(Initial.of(bytes.clear()));
        byte[] packet = new Retry()
                .answer(
                        initial,
                        HexFormat.of().parseHex("f067a5502a4262b5"),
                        HexFormat.of().parseHex("746f6b656e"));
        assertThat(HexFormat.of().formatHex(packet))
                .isEqualTo("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
    }
}
