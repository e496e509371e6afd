package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.packet.QuicPacket;

/** What docs/kwik.md says of kwik; a newer version that brings a trap back, or closes a door, is noticed here. */
class KwikTrapsTest extends KwikPeers {

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

    /** kwik aborts again when its receiver meets the closed socket. */
    @Test
    void theFirstErrorThatEndsAClientConnectionIsTheReason() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        here.failed(new IllegalStateException("for the test"));
        here.failed(new SocketException("Socket closed"));
        here.quic().abortConnection(null);
        await().untilAsserted(() -> assertThat(client.losses)
                .containsExactly("closed by the engine: java.lang.IllegalStateException: for the test"));
    }

    /** kwik reports the close on a thread that the end of the connection has just ended. */
    @Test
    void aConnectionThatEndsMeanwhileIsClosedWithoutAnError() throws Exception {
        KwikConnection here = (KwikConnection) connect(4);
        KwikInternals.endThreads(here.quic());
        assertThatCode(() -> here.close(0, "late")).doesNotThrowAnyException();
        here.engineEnded();
        assertThat(here.awaitClosed(SOON)).isTrue();
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
