package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a token is good for. Whole handshakes with and without Retry are in ServerProtocolTest and in the module faults. */
class GateTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4433);
    private static final byte[] FIRST = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    private static final byte[] RETRY = {8, 7, 6, 5, 4, 3, 2, 1};

    private final RetryTokens tokens = new RetryTokens();
    private final byte[] token = tokens.issue(CLIENT, FIRST, RETRY, 0);

    @Test
    void aTokenGivesBackTheIdThatTheClientChoseFirst() {
        assertThat(tokens.validate(CLIENT, token, RETRY, 1)).isEqualTo(FIRST);
        assertThat(tokens.validate(CLIENT, token, RETRY, RetryTokens.VALID.toNanos()))
                .isEqualTo(FIRST);
    }

    @Test
    void aTokenIsForOneClientOneIdAndSomeSeconds() {
        InetSocketAddress otherPort = new InetSocketAddress(CLIENT.getAddress(), 4434);
        InetSocketAddress otherHost = new InetSocketAddress(address(127, 0, 0, 2), 4433);
        assertThat(tokens.validate(otherPort, token, RETRY, 1)).isNull();
        assertThat(tokens.validate(otherHost, token, RETRY, 1)).isNull();
        assertThat(tokens.validate(CLIENT, token, FIRST, 1)).isNull();
        assertThat(tokens.validate(CLIENT, token, RETRY, RetryTokens.VALID.toNanos() + 1))
                .isNull();
        assertThat(new RetryTokens().validate(CLIENT, token, RETRY, 1)).isNull();
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
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
