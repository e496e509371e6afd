package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;

/** Frames that say that they are longer than their packet (RFC 9000, section 19). */
class FrameLengthsTest {

    private static final Version V1 = Version.QUIC_version_1;
    private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final HexFormat HEX = HexFormat.of();

    /** Lengths of 100 bytes, 2^30 and 2^62 - 1, with one byte behind them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0600 4064 78",
                "0600 c000000040000000 78",
                "0600 ffffffffffffffff 78",
                "07 c000000040000000 78",
                "0a00 c000000040000000 78",
                "0f0001 c000000040000000 78",
                "1c0000 c000000040000000 78",
                "1d00 c000000040000000 78",
                "31 c000000040000000 78",
                "180100 ff 78",
                "1a 78"
            })
    void aFrameThatIsLongerThanItsPacketIsNone(String frame) {
        byte[] before = HEX.parseHex("0100");
        byte[] lying = HEX.parseHex(frame.replace(" ", ""));
        byte[] payload =
                ByteBuffer.allocate(2 + lying.length).put(before).put(lying).array();
        FrameLengths.check(payload);
        assertThat(payload[2]).isEqualTo((byte) 0x3f);
        lying[0] = 0x3f;
        assertThat(payload)
                .isEqualTo(ByteBuffer.allocate(2 + lying.length)
                        .put(before)
                        .put(lying)
                        .array());
    }

    /** One frame of each type; then what is cut off, or unknown, which kwik notices itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 01 1e 0205000100 0001 0301000000 010203 04000105 050001 1005 11000a 1205 1301 1405 150005 1601 1701 1903",
                "0600017806010278780701aa 0a000161 0e00050162 0b000163 0f000501 64 1a0102030405060708 1b0102030405060708",
                "18010008aabbccddeeff00110102030405060708090a0b0c0d0e0f10 1c000002 6f6b 1d0000 310178 30787878",
                "0161 0800616263",
                "02",
                "0600",
                "0205ffffffffffffffff00",
                "3f0102"
            })
    void allOthersStayAsTheyAre(String frames) {
        byte[] payload = HEX.parseHex(frames.replace(" ", ""));
        byte[] same = payload.clone();
        FrameLengths.check(payload);
        assertThat(payload).isEqualTo(same);
    }

    @Test
    void theFirstPacketOfAClientIsChecked() throws Exception {
        ByteBuffer honest = initial(new CryptoFrame(V1, new byte[1_100]));
        assertThat(FrameLengths.isSound(honest.duplicate(), ID)).isTrue();
        assertThat(honest.position()).isZero();
        assertThat(FrameLengths.isSound(initial(new RawFrame("0600c00000004000000078")), ID))
                .isFalse();
        // Nobody can decrypt it.
        assertThat(FrameLengths.isSound(honest, new byte[8])).isFalse();
    }

    /** The first packet of a client. */
    static ByteBuffer initial(QuicFrame frame) throws Exception {
        ConnectionSecrets secrets = new ConnectionSecrets(new VersionHolder(V1), Role.Client, null, new NullLogger());
        secrets.computeInitialKeys(ID);
        InitialPacket packet = new InitialPacket(V1, new byte[8], ID, null, frame);
        packet.setPacketNumber(0);
        return ByteBuffer.wrap(packet.generatePacketBytes(secrets.getOwnAead(EncryptionLevel.Initial)));
    }
}
