package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.engine.Reflection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.StreamManager;

/** What docs/kwik.md says of kwik; a newer version that brings a trap back, or closes a door, is noticed here. */
class KwikTrapsTest {

    private final Queue<EngineStream> accepted = new ConcurrentLinkedQueue<>();
    private final RawPeer server = new RawPeer(accepted::add);
    private final RawPeer client = new RawPeer();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private Connection connect(int maxStreams) throws Exception {
        return client.connect(server.listen(maxStreams).localAddress());
    }

    private EngineStream peerOf(EngineStream opened, Connection connection) {
        assertThat(opened.connection()).isSameAs(connection);
        await().pollInterval(Duration.ofMillis(1)).until(() -> !accepted.isEmpty());
        return accepted.remove();
    }

    /** kwik or the connection reports a handshake that the server ends, whichever is first. */
    @Test
    void aHandshakeThatTheServerEndsIsReportedOneWay() {
        assertThat(KwikConnector.reasonOf("Handshake error: Server closed connection: TLS error 120: no such protocol"))
                .isEqualTo(
                        "closed by the peer: no such protocol (transport error 0x178, no application protocol in common)");
        assertThat(KwikConnector.reasonOf("Handshake error: Server closed connection: transport error 2: "))
                .isEqualTo("closed by the peer (transport error 0x2)");
        assertThat(KwikConnector.reasonOf("Handshake error: closed by the peer (transport error 0x2)"))
                .isEqualTo("closed by the peer (transport error 0x2)");
    }

    private KwikConnection serverSide() {
        await().until(() -> !server.connections.isEmpty());
        return (KwikConnection) server.connections.element();
    }

    /** kwik 0.10.7 and later stall for good after some thousand round trips. */
    @Test
    void aPingPongDoesNotStall() throws Exception {
        Connection connection = connect(10);
        EngineStream ping = RawPeer.open(connection, 0);
        EngineStream pong = peerOf(ping, connection);
        Thread echo = KwikThreads.start("echo", () -> {
            try {
                pong.input().read();
                for (byte[] got = pong.input().readNBytes(64);
                        got.length == 64;
                        got = pong.input().readNBytes(64)) {
                    pong.output().write(got);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        byte[] bytes = new byte[64];
        for (int round = 0; round < 20_000; round++) {
            Arrays.fill(bytes, (byte) round);
            ping.output().write(bytes);
            assertThat(ping.input().readNBytes(64)).isEqualTo(bytes);
        }
        ping.close();
        echo.join();
    }

    /** kwik 0.10.8 sends 25 packets a second on an idle connection, and never idles out. */
    @Test
    void anIdleConnectionIsSilentAndIdlesOut() throws Exception {
        Connection connection = client.connect(server.listen(1000).localAddress(), Duration.ofSeconds(8));
        for (int i = 0; i < 200; i++) {
            RawPeer.open(connection, 0);
        }
        await().until(() -> accepted.size() == 200);
        KwikConnection raw = (KwikConnection) connection;
        AtomicLong before = new AtomicLong(-1000);
        await().pollInterval(Duration.ofSeconds(1)).until(() -> {
            long sent = raw.quic().getStats().packetsSent();
            return connection.alive() && sent - before.getAndSet(sent) <= 2;
        });
        await().until(() -> !connection.alive());
        await().untilAsserted(() -> assertThat(client.losses).contains("no answer within the idle time-out"));
    }

    /** kwik records its ClientHello after it was sent. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerThatComesAtOnceIsNotTooEarly(boolean retry) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        ClientTap slow = new ClientTap(SOON) {
            @Override
            public void sentPacketInfo(String info) {
                try {
                    assertThat(answered.await(SOON.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.sentPacketInfo(info);
            }

            @Override
            public void received(Instant time, int datagram, QuicPacket packet) {
                answered.countDown();
                super.received(time, datagram, packet);
            }
        };
        InetSocketAddress there = server.listen(10, retry).localAddress();
        Connection made = new KwikConnector(RawPeer.spec(there, "np-quic"), client, slow).connect();
        client.connections.add(made);
        RawPeer.open(made, 0);
        await().until(() -> !accepted.isEmpty());
    }

    /** kwik counts as connected before it has sent its last handshake message. */
    @Test
    void theFirstDataDoesNotOvertakeTheHandshake() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch said = new CountDownLatch(1);
        Queue<String> sent = new ConcurrentLinkedQueue<>();
        ClientTap slow = new ClientTap(SOON) {
            // The sender is busy with the next queue before the last handshake message is queued.
            @Override
            public void received(Instant time, int datagram, QuicPacket packet) {
                super.received(time, datagram, packet);
                KwikConnection made = connection();
                if (made != null && packet.getEncryptionLevel() == EncryptionLevel.Handshake && busy.getCount() > 0) {
                    made.quic().send(size -> sending(busy, said), 1, EncryptionLevel.App, lost -> {}, true);
                    await().until(() -> busy.getCount() == 0);
                }
            }

            @Override
            public void sent(Instant time, List<QuicPacket> packets) {
                packets.forEach(packet -> packet.getFrames().stream()
                        .filter(frame -> frame instanceof CryptoFrame || frame instanceof StreamFrame)
                        .forEach(frame -> sent.add(packet.getEncryptionLevel() + " "
                                + frame.getClass().getSimpleName())));
            }
        };
        InetSocketAddress there = server.listen(10).localAddress();
        Connection made = new KwikConnector(RawPeer.spec(there, "np-quic"), client, slow).connect();
        client.connections.add(made);
        RawPeer.open(made, 0);
        said.countDown();
        await().until(() -> !accepted.isEmpty());
        List<String> inOrder = List.copyOf(sent);
        assertThat(inOrder).contains("App StreamFrame");
        assertThat(inOrder.indexOf("Handshake CryptoFrame")).isBetween(0, inOrder.indexOf("App StreamFrame"));
    }

    private static @Nullable QuicFrame sending(CountDownLatch busy, CountDownLatch said) {
        busy.countDown();
        try {
            // Not for ever: the connector waits for the last handshake message.
            said.await(300, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return null;
    }

    /** kwik counts as connected, and the server closes before the connector has returned. */
    @Test
    void aRefusalRightAfterTheHandshakeKeepsItsReason() throws Exception {
        ClientTap slow = new ClientTap(SOON) {
            @Override
            void awaitHandshakeSent(QuicConnectionImpl quic) {
                super.awaitHandshakeSent(quic);
                serverSide().close(0, "too many connections");
                await().until(() -> KwikInternals.hasEnded(quic));
            }
        };
        InetSocketAddress there = server.listen(10).localAddress();
        KwikConnector connector = new KwikConnector(RawPeer.spec(there, "np-quic"), client, slow);
        assertThatThrownBy(connector::connect)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too many connections");
    }

    /** kwik's status stays "closing" for ever when both sides close at the same time. */
    @Test
    void aConnectionThatBothSidesCloseIsFreed() throws Exception {
        ClientTap slow = new ClientTap(SOON) {
            // kwik logs this before it changes the status.
            @Override
            public void info(String message) {
                if (message.startsWith("Closing ")) {
                    serverSide().close(0, "first");
                    KwikConnection made = Objects.requireNonNull(connection());
                    await().until(() -> KwikInternals.hasEnded(made.quic()));
                }
            }
        };
        InetSocketAddress there = server.listen(10).localAddress();
        Connection made = new KwikConnector(RawPeer.spec(there, "np-quic"), client, slow).connect();
        client.connections.add(made);
        made.close(0, "second");
        assertThat(made.awaitClosed(SOON)).isTrue();
    }

    /** None waits for the end of its connection. */
    @Test
    void endingConnectionsTakesNoMoreThreads() throws Exception {
        InetSocketAddress there = server.listen(10).localAddress();
        for (int i = 0; i < 10; i++) {
            client.connect(there);
        }
        await().until(() -> server.connections.size() == 10);
        List<String> before = threads();
        server.connections.forEach(each -> each.close(0, "over"));
        assertThat(threads()).hasSizeLessThanOrEqualTo(before.size());
        await().until(() -> client.losses.size() == 10);
        client.connections.forEach(each -> each.close(0, "over"));
        assertThat(threads()).hasSizeLessThanOrEqualTo(before.size());
    }

    // Of this library, not of kwik.
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("quicpool-"))
                .toList();
    }

    /** kwik ignores frames of a stream that no data has opened. A later stream opens it too, and then nothing ends it. */
    @Test
    void aStreamIsOpenedByItsEndToo() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        KwikConnection there = serverSide();
        here.quic().send(new ResetStreamFrame(4, 7, 0), lost -> {}, true);
        await().until(() -> accepted.size() == 2);
        EngineStream first = accepted.remove();
        EngineStream second = accepted.remove();
        await().until(() -> !second.alive());
        assertThat(second.peerError()).isEqualTo(7);
        assertThat(first.alive()).isTrue();
        assertThat(there.streams().early()).isZero();
        here.quic().send(new StopSendingFrame(Version.getDefault(), 8, 9L), lost -> {}, true);
        await().until(() -> accepted.size() == 1);
        EngineStream third = accepted.remove();
        await().until(() -> !third.alive());
        assertThat(third.peerError()).isEqualTo(9);
        assertThat(there.alive()).isTrue();
    }

    /** kwik would wait for three probe time-outs: about 18 seconds where a round trip takes two. */
    @Test
    void aClientDoesNotWaitForWhatMayComeLate() throws Exception {
        InetSocketAddress there = server.listen(10).localAddress();
        try (Relay relay = new Relay(there)) {
            relay.hold();
            Thread late = KwikThreads.start("late", () -> {
                await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
                try {
                    relay.release();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Connection connection =
                    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()));
            late.join();
            connection.close(0, "closed");
            assertThat(connection.awaitClosed(Duration.ofSeconds(9))).isTrue();
            await().untilAsserted(() -> assertThat(server.losses).anyMatch(each -> each.contains("closed")));
        }
    }

    /** Frames of streams beyond the credit end the connection. Nothing of them is kept. */
    @Test
    void framesOfStreamsThatAreNotOpenAreNotKept() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        KwikConnection there = serverSide();
        for (int i = 0; i < 500; i++) {
            int beyond = 4 * (1_000 + i);
            here.quic().send(new ResetStreamFrame(beyond, 1, 0), lost -> {}, true);
            here.quic().send(new StopSendingFrame(Version.getDefault(), beyond, 1L), lost -> {}, true);
        }
        await().until(() -> !there.alive());
        assertThat(there.streams().early()).isZero();
        assertThat(server.losses).allMatch(each -> each.contains("opened more streams than its limit"));
    }

    /** kwik interrupts the reader of a stream that ends, even after the read has returned. */
    @Test
    void anInterruptDoesNotKeepThePollerAwake() {
        ReadinessPoller watcher = new ReadinessPoller("interrupted");
        Thread thread = Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("quicpool-interrupted-reader"))
                .findAny()
                .orElseThrow();
        thread.interrupt();
        await().until(() -> !thread.isInterrupted());
        watcher.close();
    }

    /** kwik's createStream blocks until there is credit. */
    @Test
    void openingWithoutCreditFailsAtOnce() throws Exception {
        Connection connection = connect(2);
        assertThat(connection.credit()).isEqualTo(2);
        EngineStream one = RawPeer.open(connection, 0);
        RawPeer.open(connection, 0);
        assertThat(connection.credit()).isZero();
        assertThatThrownBy(() -> RawPeer.open(connection, 0)).hasMessageContaining("no more than 2 streams");
        await().until(() -> accepted.size() == 2);
        accepted.element().close();
        one.close();
        await().until(() -> connection.credit() == 1);
        RawPeer.open(connection, 0);
    }

    /** After receiving was aborted, kwik never gives unread bytes back to the connection's receive window. */
    @Test
    void streamsThatAreClosedEarlyDoNotUseUpTheConnection() throws Exception {
        Connection connection = connect(1000);
        byte[] block = new byte[240_000];
        // 80 x 240 kB, none of it read, is more than the window of 16 MiB.
        for (int i = 0; i < 80; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            here.output().write(block);
            await().pollInterval(Duration.ofMillis(1)).until(() -> there.input().available() > block.length);
            there.close();
            here.close();
        }
        EngineStream last = RawPeer.open(connection, 0);
        EngineStream there = peerOf(last, connection);
        Thread writer = KwikThreads.start("writer", () -> {
            try {
                last.output().write(new byte[1_000_000]);
                last.output().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(there.input().readAllBytes()).hasSize(1_000_001);
        writer.join();
    }

    /** When the peer stops a stream whose FIN waits behind unsent data, kwik keeps the data, the FIN and the credit for ever. */
    @Test
    void aStreamThatIsStoppedBehindItsFinGivesItsCreditBack() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.input().read();
            // More than the stream's window: some of it and the FIN stay queued.
            there.output().write(new byte[290_000]);
            there.close();
            here.close();
        }
        await().untilAsserted(() ->
                assertThat(connection.credit()).as("%s", server.connections).isEqualTo(4));
    }

    /** Also when so many streams were closed since that this one is kept no longer. */
    @Test
    void aStreamThatIsKeptNoLongerGivesItsCreditBackWhenItIsStopped() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            KwikStream there = (KwikStream) peerOf(here, connection);
            there.input().read();
            there.output().write(new byte[290_000]);
            there.close();
            there.connection().streams().release(there);
            here.close();
            await().pollInterval(Duration.ofMillis(1)).until(() -> connection.credit() > 0);
        }
        await().untilAsserted(() ->
                assertThat(connection.credit()).as("%s", server.connections).isEqualTo(4));
        await().until(() -> serverSide().streams().size() == 0);
    }

    /** The same, when the peer has sent its FIN before the stream is closed here. */
    @Test
    void aStreamWhosePeerFinishedFirstGivesItsCreditBack() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.input().read();
            there.output().write(new byte[290_000]);
            here.output().close();
            await().pollInterval(Duration.ofMillis(1)).until(() -> !there.alive());
            there.close();
            // It is kept until the FIN has been sent, or dropped.
            assertThat(((KwikStream) there).isReleasable()).isFalse();
            here.close();
            await().pollInterval(Duration.ofMillis(1)).until(((KwikStream) there)::isReleasable);
        }
        await().untilAsserted(() ->
                assertThat(connection.credit()).as("%s", server.connections).isEqualTo(4));
    }

    /** kwik counts a stream as ended twice when receiving is aborted after the peer's reset, or after its FIN was read. */
    @Test
    void aStreamThatEndsGivesItsCreditBackOnce() throws Exception {
        Connection connection = connect(4);
        for (int i = 0; i < 12; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.output().close();
            if (i % 2 == 0) {
                here.reset(0);
                await().pollInterval(Duration.ofMillis(1)).until(() -> !there.alive());
            } else {
                here.output().close();
                assertThat(there.input().readAllBytes()).hasSize(1);
            }
            // Both directions have ended, and so has the stream. If kwik's sender sees that last, the credit stays in
            // its queue until something else is sent, such as the answer to a ping.
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                connection.ping();
                return connection.credit() == 4;
            });
            there.close();
            here.close();
        }
        EngineStream last = RawPeer.open(connection, 0);
        peerOf(last, connection).close();
        last.close();
        await().until(() -> connection.credit() >= 4);
        assertThat(connection.credit()).isEqualTo(4);
    }

    /** No later packet could report it. */
    @Test
    void anEndThatCameWithTheLastBytesIsSeenWhenTheyAreRead() throws Exception {
        Connection connection = connect(4);
        EngineStream here = RawPeer.open(connection, 1, 2);
        here.output().close();
        EngineStream there = peerOf(here, connection);
        await().until(there::finished);
        CountDownLatch dead = new CountDownLatch(1);
        there.whenEnded(dead::countDown);
        assertThat(there.input().read()).isEqualTo(1);
        assertThat(there.alive()).isTrue();
        assertThat(there.input().read()).isEqualTo(2);
        assertThat(there.alive()).isFalse();
        assertThat(dead.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(there.input().read()).isEqualTo(-1);
    }

    /** kwik reports it to nobody, and its threads run until the idle time-out. */
    @Test
    void aServerConnectionThatDiesOfAnErrorOfKwikIsReportedAndFreed() throws Exception {
        connect(4);
        KwikConnection there = serverSide();
        there.quic().abortConnection(new IllegalStateException("for the test"));
        await().until(() ->
                server.losses.contains("closed by the engine: java.lang.IllegalStateException: for the test"));
        assertThat(there.awaitClosed(SOON)).isTrue();
        assertThat(KwikInternals.hasEnded(there.quic())).isTrue();
    }

    /** kwik does not report that either. */
    @Test
    void aClientConnectionThatDiesOfAnErrorOfKwikIsReported() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        here.quic().abortConnection(new IllegalStateException("for the test"));
        await().untilAsserted(() -> assertThat(client.losses)
                .containsExactly("closed by the engine: java.lang.IllegalStateException: for the test"));
        assertThat(here.alive()).isFalse();
    }

    /** kwik aborts once more when its receiver meets the closed socket. */
    @Test
    void theFirstErrorThatEndsAClientConnectionIsTheReason() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        here.failed(new IllegalStateException("for the test"));
        here.failed(new SocketException("Socket closed"));
        here.quic().abortConnection(null);
        await().untilAsserted(() -> assertThat(client.losses)
                .containsExactly("closed by the engine: java.lang.IllegalStateException: for the test"));
    }

    /** However many there were, and whichever side closed first. */
    @Test
    void streamsThatHaveEndedAreForgotten() throws Exception {
        Connection connection = connect(1000);
        for (int i = 0; i < 500; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            there.close();
            here.close();
        }
        await().until(() -> connection.credit() >= 1000);
        assertThat(((KwikConnection) connection).streams().size()).isLessThan(150);
        assertThat(serverSide().streams().size()).isLessThan(150);
    }

    /** In kwik a reset stream stays in the tables of flow control for the life of the connection. */
    @Test
    void resetStreamsAreForgotten() throws Exception {
        Connection connection = connect(1000);
        List<EngineStream> opened = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            opened.add(RawPeer.open(connection, 0));
        }
        await().until(() -> accepted.size() == 50);
        opened.forEach(stream -> stream.reset(0));
        accepted.forEach(stream -> stream.reset(0));
        await().untilAsserted(() -> {
            assertThat(flowEntries((KwikConnection) connection)).isEmpty();
            assertThat(flowEntries(serverSide())).isEmpty();
        });
        assertThat(connection.alive()).isTrue();
        RawPeer.open(connection, 0);
    }

    /** kwik would keep each stream whose data it has neither sent nor read itself. */
    @Test
    void endedStreamsLeaveKwiksTable() throws Exception {
        Connection connection = connect(1000);
        for (int i = 0; i < 50; i++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            here.output().close();
            assertThat(there.input().readAllBytes()).hasSize(1);
            there.output().write(1);
            there.output().close();
            assertThat(here.input().readAllBytes()).hasSize(1);
            there.close();
            here.close();
        }
        await().untilAsserted(() -> {
            assertThat(kwiksStreams((KwikConnection) connection)).isEmpty();
            assertThat(kwiksStreams(serverSide())).isEmpty();
        });
    }

    private static Map<?, ?> kwiksStreams(KwikConnection connection) {
        var manager = Reflection.method(QuicConnectionImpl.class, "getStreamManager");
        Object streams = Objects.requireNonNull(Reflection.call(manager, connection.quic()));
        return (Map<?, ?>)
                Objects.requireNonNull(Reflection.get(Reflection.field(StreamManager.class, "streams"), streams));
    }

    private static Map<?, ?> flowEntries(KwikConnection connection) {
        Field listeners = Reflection.field(FlowControl.class, "streamListeners");
        return (Map<?, ?>) Objects.requireNonNull(Reflection.get(listeners, KwikInternals.flow(connection.quic())));
    }

    @Test
    void whatThePeerDoesToAStreamIsSeenWithoutReading() throws Exception {
        Connection connection = connect(100);
        for (int way = 0; way < 4; way++) {
            EngineStream here = RawPeer.open(connection, 0);
            EngineStream there = peerOf(here, connection);
            assertThat(there.input().read()).isZero();
            CountDownLatch dead = new CountDownLatch(1);
            there.whenEnded(dead::countDown);
            assertThat(there.alive()).isTrue();
            switch (way) {
                case 0 -> here.output().close();
                case 1 -> here.reset(1);
                case 2 -> here.stopReceiving(1);
                default -> connection.close(0, "bye");
            }
            assertThat(dead.await(SOON.toSeconds(), TimeUnit.SECONDS))
                    .as("way %s", way)
                    .isTrue();
            assertThat(there.alive()).isFalse();
        }
    }

    @Test
    void aStreamThatEndsWithDataIsAliveAndReadable() throws Exception {
        Connection connection = connect(10);
        EngineStream here = RawPeer.open(connection, 1, 2, 3);
        here.output().close();
        EngineStream there = peerOf(here, connection);
        CountDownLatch readable = new CountDownLatch(1);
        there.whenReadable(10, readable::countDown);
        // Everything up to the FIN is enough.
        assertThat(readable.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(there.alive()).isTrue();
        assertThat(there.input().readAllBytes()).containsExactly(1, 2, 3);
    }

    @Test
    void onlyNewDataOfAPeerIsRefusedOnAClosedStream() throws Exception {
        Connection connection = connect(10);
        EngineStream here = RawPeer.open(connection, 0);
        EngineStream there = peerOf(here, connection);
        there.output().write(new byte[4]);
        assertThat(here.input().readNBytes(4)).hasSize(4);
        here.output().write(1);
        here.close();
        // The same bytes again: the peer retransmits what is not acknowledged in time.
        ((KwikStream) here).onData(4);
        EngineStream later = RawPeer.open(connection, 0);
        EngineStream peerOfLater = peerOf(later, connection);
        assertThat(peerOfLater.input().read()).isZero();
        assertThat(there.alive()).isTrue();
        assertThat(there.input().readAllBytes()).containsExactly(0, 1);
        there.output().write(1);
        await().until(() -> !there.alive());
    }

    @Test
    void dataIsReportedOnceWheneverItComes() throws Exception {
        Connection connection = connect(2000);
        AtomicInteger told = new AtomicInteger();
        List<EngineStream> opened = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            opened.add(RawPeer.open(connection, 0));
        }
        await().until(() -> accepted.size() == 1000);
        for (EngineStream stream : accepted) {
            stream.whenReadable(3, told::incrementAndGet);
        }
        for (EngineStream stream : opened) {
            stream.output().write(1);
        }
        await().during(Duration.ofMillis(200)).until(() -> told.get() == 0);
        for (EngineStream stream : opened) {
            stream.output().write(2);
        }
        await().until(() -> told.get() == 1000);
    }

    @Test
    void nobodyListensIsKnownAtOnce() throws Exception {
        int nobodys = 1;
        long start = System.nanoTime();
        assertThatThrownBy(() -> client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), nobodys)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("port unreachable");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON.dividedBy(2));
    }
}
