package io.quicpool.transport.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding the end of a Handshake packet that is followed by another packet. */
class CoalescedTest {

    // Type, version, two ids of two bytes, a payload of three.
    private static final String HANDSHAKE = "e0 00000001 02a1a2 02b1b2 03c1c2c3";
    private static final String SHORT = "40 a1a2 d1d2d3d4";

    private static ByteBuffer datagram(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void whatStandsBehindAPacketOfTheHandshakeIsFound() {
        ByteBuffer datagram = datagram(HANDSHAKE + SHORT);
        assertThat(Coalesced.firstHandshakeLength(datagram)).isEqualTo(15);
        assertThat(datagram.position()).isZero();
        ByteBuffer later = datagram("ff" + HANDSHAKE + SHORT).position(1);
        assertThat(Coalesced.firstHandshakeLength(later)).isEqualTo(15);
    }

    @Test
    void aClientIsAlsoSentPacketsBehindAnInitialPacket() {
        String initial = "c0 00000001 02a1a2 02b1b2 01d1 03c1c2c3";
        assertThat(Coalesced.firstLongLength(datagram(initial + HANDSHAKE))).isEqualTo(17);
        assertThat(Coalesced.firstLongLength(datagram(HANDSHAKE + SHORT))).isEqualTo(15);
        assertThat(Coalesced.firstLongLength(datagram(initial))).isEqualTo(17);
        assertThat(Coalesced.firstLongLength(datagram(SHORT))).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "e0",
                // Alone.
                HANDSHAKE,
                // Padding behind it is no packet.
                HANDSHAKE + "000000",
                // A short header, an Initial packet, another version.
                SHORT,
                "c0 00000001 02a1a2 02b1b2 00 03c1c2c3" + SHORT,
                "e0 6b3343cf 02a1a2 02b1b2 03c1c2c3" + SHORT,
                // Lengths beyond the end.
                "e0 00000001 ff a1a2",
                "e0 00000001 02a1a2 ff b1b2",
                "e0 00000001 02a1a2 02b1b2 7fffc1c2c3" + SHORT,
                "e0 00000001 02a1a2 02b1b2 ffffffffffffffff" + SHORT,
                "e0 00000001 02a1a2 02b1b2 ff",
            })
    void allElseStaysTogether(String hex) {
        ByteBuffer datagram = datagram(hex);
        assertThat(Coalesced.firstHandshakeLength(datagram)).isEqualTo(datagram.remaining());
    }
}
