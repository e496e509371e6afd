package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.PathChallengeFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.HandshakePacket;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.ShortHeaderPacket;

/** The memory that frames without flow control cost is bounded. Regular use is not limited. */
class FrameGuardTest {

    private static final Version V1 = Version.QUIC_version_1;

    private int sent;
    private final AtomicInteger asked = new AtomicInteger();
    private final FrameGuard server = guard(true);
    private long number;

    private FrameGuard guard(boolean ofServer) {
        return new FrameGuard(ofServer, () -> sent, asked::incrementAndGet);
    }

    private QuicPacket packet(QuicFrame... frames) {
        QuicPacket packet = new ShortHeaderPacket(V1, new byte[8], null);
        packet.getFrames().clear();
        for (QuicFrame frame : frames) {
            packet.getFrames().add(frame);
        }
        packet.setPacketNumber(number++);
        return packet;
    }

    private static CryptoFrame crypto() {
        return new CryptoFrame(V1, new byte[40]);
    }

    private static TransportErrorCode code(FrameGuard.@Nullable Violation violation) {
        return Objects.requireNonNull(violation).code();
    }

    @Test
    void aClientHasNothingToSayInTlsAfterTheHandshake() {
        assertThat(code(server.inspect(packet(crypto())))).isEqualTo(TransportErrorCode.PROTOCOL_VIOLATION);
        assertThat(guard(false).inspect(packet(crypto()))).isNull();
    }

    @Test
    void theHandshakeHasAnEnd() {
        for (FrameGuard guard : new FrameGuard[] {server, guard(false)}) {
            int frames = 0;
            while (guard.inspect(new HandshakePacket(V1, new byte[8], new byte[8], crypto())) == null) {
                frames++;
            }
            assertThat(frames).isEqualTo(FrameGuard.MAX_CRYPTO_FRAMES);
        }
    }

    /** Also for a peer that sends data: nobody has to acknowledge acknowledgements. */
    @Test
    void aPeerThatAcknowledgesNothingIsAskedToAndThenCutOff() {
        int packets = 0;
        while (server.inspect(packet(new PingFrame(V1))) == null) {
            packets++;
            sent++;
        }
        assertThat(packets).isBetween(FrameGuard.MAX_UNACKNOWLEDGED / 3, FrameGuard.MAX_UNACKNOWLEDGED);
        assertThat(asked).hasValueGreaterThan(100);
    }

    @Test
    void whatIsAnsweredCountsEach() {
        QuicFrame[] frames = new QuicFrame[100];
        Arrays.setAll(frames, each -> new PathChallengeFrame(V1, new byte[8]));
        int packets = 0;
        while (server.inspect(packet(frames)) == null) {
            packets++;
        }
        assertThat(packets).isLessThan(FrameGuard.MAX_UNACKNOWLEDGED / 90);
    }

    @Test
    void acknowledgingWhatIsLongGoneDoesNotHelp() {
        int packets = 0;
        while (server.inspect(packet(new PingFrame(V1), new AckFrame(sent / 2))) == null && packets < 1_000_000) {
            packets++;
            sent++;
        }
        assertThat(packets).isLessThan(FrameGuard.MAX_UNACKNOWLEDGED);
    }

    @Test
    void gapsCostMore() {
        int packets = 0;
        while (server.inspect(packet(new PingFrame(V1))) == null) {
            packets++;
            number++;
        }
        assertThat(packets).isLessThan(FrameGuard.MAX_UNACKNOWLEDGED / 10);
    }

    /** Acknowledgements list them until one is acknowledged itself. */
    @Test
    void gapsCostMoreAlsoAfterAnAcknowledgement() {
        for (int i = 0; i < 1600; i++) {
            assertThat(server.inspect(packet(new PingFrame(V1)))).isNull();
            number++;
        }
        assertThat(server.inspect(packet(new AckFrame(0)))).isNull();
        int packets = 0;
        while (server.inspect(packet(new PingFrame(V1))) == null) {
            packets++;
        }
        assertThat(packets).isLessThan(2000);
    }

    /** Each is answered by a frame that is kept until it is acknowledged. */
    @Test
    void connectionIdsCostMore() {
        int packets = 0;
        while (server.inspect(packet(new RetireConnectionIdFrame(V1, packets))) == null) {
            packets++;
        }
        assertThat(packets).isLessThan(FrameGuard.MAX_UNACKNOWLEDGED / 4);
    }

    /** A peer that only sends has nothing to acknowledge but the PINGs. */
    @Test
    void aPeerThatAcknowledgesWhatItIsAskedForGoesOnForEver() {
        int answered = 0;
        for (int i = 0; i < 1_000_000; i++) {
            sent += i % 2;
            if (asked.get() > answered) {
                answered = asked.get();
                sent++;
                assertThat(server.inspect(packet(new AckFrame(sent - 1)))).isNull();
            }
            assertThat(server.inspect(packet(new PingFrame(V1)))).isNull();
        }
    }

    /** kwik walks all acknowledged numbers, one by one. */
    @Test
    void whatWasNotSentIsNotAcknowledged() {
        sent = 100;
        assertThat(server.inspect(packet(new AckFrame(99)))).isNull();
        assertThat(code(server.inspect(packet(new AckFrame(1L << 40)))))
                .isEqualTo(TransportErrorCode.PROTOCOL_VIOLATION);
    }

    @Test
    void whatWasNotSentIsNotAcknowledgedInTheHandshakeEither() {
        sent = 2;
        for (FrameGuard guard : new FrameGuard[] {server, guard(false)}) {
            assertThat(guard.inspect(handshake(new AckFrame(1)))).isNull();
            assertThat(code(guard.inspect(handshake(new AckFrame(1L << 40)))))
                    .isEqualTo(TransportErrorCode.PROTOCOL_VIOLATION);
        }
    }

    /** A peer may acknowledge all that there ever was, again and again. kwik would walk it each time. */
    @Test
    void whatWasAcknowledgedLongAgoIsNotWalkedAgain() throws Exception {
        sent = 1_000_000;
        AckFrame all = ack("800f4200", "800f4200");
        assertThat(server.inspect(packet(all))).isNull();
        assertThat(all.getAckedPacketNumbers().count()).isEqualTo(999_937);
        AckFrame again = ack("800f4204", "800f4204");
        QuicPacket late = packet(again, ack("02", "01"));
        assertThat(server.inspect(late)).isNull();
        assertThat(late.getFrames()).singleElement().isInstanceOf(LateAck.class).hasToString(again.toString());
        assertThat(again.getAckedPacketNumbers().toList())
                .hasSizeLessThan(100)
                .contains(999_940L, 999_939L, 999_938L, 999_937L);
    }

    // One range, as a peer sends it.
    private static AckFrame ack(String largest, String further) throws Exception {
        byte[] bytes = HexFormat.of().parseHex("02" + largest + "00" + "00" + further);
        return new AckFrame().parse(ByteBuffer.wrap(bytes), new NullLogger());
    }

    private static QuicPacket handshake(QuicFrame frame) {
        return new HandshakePacket(V1, new byte[8], new byte[8], frame);
    }

    /** kwik would fail by an overflow. */
    @Test
    void moreStreamsThanCanBeCountedAreEnough() {
        QuicPacket many = packet(new MaxStreamsFrame(1L << 60, true));
        assertThat(server.inspect(many)).isNull();
        assertThat(((MaxStreamsFrame) many.getFrames().get(0)).getMaxStreams()).isEqualTo(1L << 30);
        assertThat(((MaxStreamsFrame) many.getFrames().get(0)).isAppliesToBidirectional())
                .isTrue();
        assertThat(code(server.inspect(packet(new MaxStreamsFrame((1L << 60) + 1, false)))))
                .isEqualTo(TransportErrorCode.FRAME_ENCODING_ERROR);
    }

    /** A server removes retired ids instead. */
    @Test
    void connectionIdsOfAServerAreNotChangedWithoutEnd() {
        FrameGuard client = guard(false);
        int frames = 0;
        while (client.inspect(packet(new RetireConnectionIdFrame(V1, frames), new AckFrame(sent))) == null) {
            frames++;
            sent++;
        }
        assertThat(frames).isEqualTo(FrameGuard.MAX_ID_FRAMES);
    }
}
