package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.LogOf;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.kwik.core.ack.GlobalAckGenerator;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.PathChallengeFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.HandshakePacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.ShortHeaderPacket;

/** Frames that cost a server of kwik too much, or make it fail; see {@link FrameGuardTest} and docs/kwik.md. */
class FrameTrapsTest {

    private static final Version V1 = Version.QUIC_version_1;

    private final Queue<EngineStream> accepted = new ConcurrentLinkedQueue<>();
    private final RawPeer server = new RawPeer(accepted::add);
    private final RawPeer client = new RawPeer();
    private final Queue<ListenerEvents.Ignored> ignored = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> connected = new ConcurrentLinkedQueue<>();
    private final LogOf log = new LogOf("io.quicpool");
    private Listener listener;
    private KwikConnection here;
    private KwikConnection there;

    @BeforeEach
    void connect() throws Exception {
        listener = new KwikTransport()
                .listen(RawPeer.listenSpec("guarded", 0, 10, s -> s.maxPendingHandshakes(10)), new ListenerEvents() {
                    @Override
                    public ConnectionEvents connected(Connection connection) {
                        connected.add(connection);
                        return server;
                    }

                    @Override
                    public void ignored(InetSocketAddress from, Ignored why) {
                        ignored.add(why);
                    }
                });
        here = (KwikConnection) client.connect(listener.localAddress(), Duration.ofSeconds(30));
        await().until(() -> !connected.isEmpty());
        there = (KwikConnection) connected.remove();
    }

    @AfterEach
    void close() throws Exception {
        log.close();
        client.close();
        listener.close(SOON);
    }

    private void send(QuicFrame frame) {
        here.quic().send(frame, lost -> {}, true);
    }

    // Pools of other tests may still log.
    private void assertNothingLogged() {
        assertThat(log.lines()).allMatch(line -> line.startsWith("server server: "));
    }

    private void assertCutOff(String why) {
        await().until(() -> !here.alive() && !there.alive());
        await().untilAsserted(() -> assertThat(client.losses).anyMatch(each -> each.contains(why)));
        await().untilAsserted(() -> assertThat(ignored).containsExactly(ListenerEvents.Ignored.CUT_OFF));
        assertNothingLogged();
    }

    @Test
    void messagesOfTlsAfterTheHandshakeAreNotKept() {
        send(new CryptoFrame(V1, new byte[] {20, 0, 0, 1, 0}));
        assertCutOff("TLS messages after the handshake");
    }

    @Test
    void anInvalidStreamLimitIsTheClientsViolation() {
        send(new MaxStreamsFrame((1L << 60) + 1, true));
        assertCutOff("sent a stream limit above 2^60");
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 31, (1L << 32) - 1, 1L << 60})
    void aLargeStreamLimitIsAccepted(long streams) throws Exception {
        send(new MaxStreamsFrame(streams, true));
        await().until(() -> there.credit() > 1 << 29);
        send(new MaxStreamsFrame(streams + 1 > 1L << 60 ? streams : streams + 1, true));
        EngineStream stream = RawPeer.open(here, 7);
        await().until(() -> !accepted.isEmpty());
        assertThat(accepted.remove().input().read()).isEqualTo(7);
        assertThat(stream.alive()).isTrue();
        assertNothingLogged();
    }

    /** Each answer fills a datagram. */
    @Test
    void pathChallengesAreAnswered() throws Exception {
        for (int i = 0; i < 300; i++) {
            send(new PathChallengeFrame(V1, new byte[8]));
        }
        EngineStream stream = RawPeer.open(here, 7);
        await().until(() -> !accepted.isEmpty());
        accepted.element().output().write(8);
        assertThat(stream.input().read()).isEqualTo(8);
        assertNothingLogged();
    }

    @Test
    void aStreamIsNotResetLongerThanItMayBe() throws Exception {
        EngineStream stream = RawPeer.open(here, 7);
        await().until(() -> !accepted.isEmpty());
        send(new ResetStreamFrame(((KwikStream) stream).streamId(), 0, 1L << 61));
        assertCutOff("a final size beyond its limit");
    }

    @Test
    void smallPiecesThatNobodyReadsHaveABound() throws Exception {
        RawPeer.open(here, 7);
        await().until(() -> !accepted.isEmpty());
        // Byte 1 never comes, so nothing can be read. All within the window of the stream.
        for (int i = 0; i <= FrameGuard.MAX_SMALL_PIECES; i++) {
            there.received(packet(new StreamFrame(V1, 0, 2 + i % 100_000, new byte[1], false)));
        }
        assertCutOff("small pieces");
    }

    @Test
    void smallPiecesThatAreReadAreForgotten() throws Exception {
        EngineStream stream = RawPeer.open(here, 7);
        await().until(() -> !accepted.isEmpty());
        for (int i = 0; i < 1000; i++) {
            stream.output().write(i);
            accepted.element().input().read();
        }
        assertThat(accepted.element().input().read()).isEqualTo(999 & 0xff);
        assertThat(there.streams().smallPieces()).hasValueLessThanOrEqualTo(1);
        stream.output().write(1);
        await().until(() -> there.streams().smallPieces().get() > 0);
        accepted.element().reset(0);
        assertThat(there.streams().smallPieces()).hasValue(0);
    }

    /** kwik would keep all ids that there ever were, and search them for each packet. */
    @Test
    void connectionIdsThatAreRetiredAreForgotten() {
        GatedConnection quic = (GatedConnection) there.quic();
        PacketMetaData when = new PacketMetaData(Instant.now(), null, 0);
        for (int number = 1; number < 500; number++) {
            quic.processFrames(packet(new NewConnectionIdFrame(V1, number, number, new byte[] {1, 2, 3, 4})), when);
            quic.processFrames(packet(new RetireConnectionIdFrame(V1, number)), when);
            // Again, as if the acknowledgement was lost.
            quic.processFrames(packet(new RetireConnectionIdFrame(V1, number)), when);
        }
        assertThat(quic.ids().own()).isLessThanOrEqualTo(8);
        assertThat(quic.ids().peers()).isLessThanOrEqualTo(8);
        assertNothingLogged();
    }

    /** kwik would allocate what a frame says, before it looks whether that many bytes have come. */
    @Test
    void aLengthThatNoPacketHasIsNotAllocated() {
        send(new RawFrame("07c00000004000000078"));
        assertCutOff("FRAME_ENCODING_ERROR");
    }

    @Test
    void aServersLengthThatNoPacketHasIsNotAllocated() {
        there.quic().send(new RawFrame("07c00000004000000078"), lost -> {}, true);
        await().until(() -> !here.alive());
        assertThat(here.lostReason()).contains("FRAME_ENCODING_ERROR");
    }

    /** kwik would count to them. In the handshake anybody may send that. */
    @Test
    void packetsThatWereNotSentAreNotAcknowledgedInTheHandshakeEither() {
        AckFrame all = new AckFrame(new Range(0, Integer.MAX_VALUE - 2));
        HandshakePacket packet = new HandshakePacket(V1, new byte[8], new byte[8], all);
        ((GatedConnection) there.quic()).processFrames(packet, new PacketMetaData(Instant.now(), null, 0));
        assertCutOff("acknowledged packets that were not sent");
    }

    /** kwik would acknowledge all of them in one frame, for which it has 1,000 bytes. */
    @Test
    void moreGapsInPacketNumbersThanAnAcknowledgementHoldsAreNoError() throws Exception {
        GlobalAckGenerator acks = acknowledgements(there);
        for (int i = 0; i < 2_000; i++) {
            ShortHeaderPacket packet = packet(new PingFrame(V1));
            packet.setPacketNumber(10_000 + 2 * i);
            acks.packetReceived(packet);
        }
        // It has come, though this client has not sent them.
        await().untilAsserted(() ->
                assertThat(client.losses).anyMatch(each -> each.contains("acknowledged packets that were not sent")));
        assertNothingLogged();
    }

    private static GlobalAckGenerator acknowledgements(KwikConnection connection) throws ReflectiveOperationException {
        Method acks = QuicConnectionImpl.class.getDeclaredMethod("getAckGenerator");
        acks.setAccessible(true);
        return (GlobalAckGenerator) acks.invoke(connection.quic());
    }

    private static ShortHeaderPacket packet(QuicFrame frame) {
        ShortHeaderPacket packet = new ShortHeaderPacket(V1, new byte[8], frame);
        packet.setPacketNumber(0);
        return packet;
    }

    /** An error that a client can provoke is counted, and has no stack trace in the log. */
    @Test
    void anErrorOfTheEnginesIsNotTracedForEach() {
        there.quic().abortConnection(new IllegalStateException("for the test"));
        await().until(() -> !there.alive());
        await().until(() -> ignored.contains(ListenerEvents.Ignored.CUT_OFF));
        assertNothingLogged();
    }
}
