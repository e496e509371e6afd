package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's half of docs/protocol.md, line by line, against a peer that speaks raw QUIC. */
@Tag("contract")
class ServerProtocolTest {

    private final Pools pools = new Pools();
    private final RawPeer raw = new RawPeer();

    @AfterEach
    void close() {
        raw.close();
        pools.close();
    }

    private static StreamId readId(EngineStream stream) throws IOException {
        return StreamId.of(stream.input().readNBytes(StreamId.BYTES));
    }

    private static boolean dies(EngineStream stream) throws InterruptedException {
        CountDownLatch dead = new CountDownLatch(1);
        stream.whenEnded(dead::countDown);
        return dead.await(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static void awaitRefused(ServerPool server, String reason, long times) {
        await().untilAsserted(
                        () -> assertThat(server.snapshot().totals().refused()).containsEntry(reason, times));
    }

    @Test
    void aHelloIsAnsweredByFourBytesAndTheFirstIdIsZero() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection connection = raw.connect(server.localAddress());
        StreamId first = readId(RawPeer.open(connection, 0));
        assertThat(first).isEqualTo(StreamId.FIRST).hasToString("00000000");
        StreamId second = readId(RawPeer.open(connection, 0));
        assertThat(second).isNotEqualTo(StreamId.FIRST);
        assertThat(second.toString()).matches("[0-9a-f]{8}");
        awaitIdle(server, 2);
    }

    @Test
    void theFirstIdIsGivenAgainToANewConnectionOnceNoLiveStreamHoldsIt() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection one = raw.connect(server.localAddress());
        assertThat(readId(RawPeer.open(one, 0))).isEqualTo(StreamId.FIRST);
        Connection two = raw.connect(server.localAddress());
        assertThat(readId(RawPeer.open(two, 0))).isNotEqualTo(StreamId.FIRST);
        one.close(0, "gone");
        two.close(0, "gone");
        awaitIdle(server, 0);
        Connection three = raw.connect(server.localAddress());
        assertThat(readId(RawPeer.open(three, 0))).isEqualTo(StreamId.FIRST);
    }

    /** An interrupt ends the waiting, not the closing. A thread that is interrupted before does not listen. */
    @Test
    void aListenerThatIsInterruptedLeavesNothingOpen() throws Exception {
        RawPeer server = new RawPeer();
        Listener listener = server.listen(10);
        raw.connect(listener.localAddress());
        await().until(() -> !server.connections.isEmpty());
        Thread.currentThread().interrupt();
        try {
            listener.close(SOON);
            // Everything had ended before there was something to wait for.
            assertThat(Thread.interrupted()).isTrue();
        } catch (InterruptedException e) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
        await().until(() -> isFree(listener.localAddress()));
        raw.close();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().matches("quicpool-raw-(reader|io).*")));
        int port = Pools.freePort();
        Thread.currentThread().interrupt();
        try {
            pools.server(s -> s.listen("127.0.0.1:" + port));
        } catch (RuntimeException e) {
            // One engine notices it, the other does not wait.
            assertThat(e).hasMessageContaining("interrupted");
        }
        assertThat(Thread.interrupted()).isTrue();
        pools.close();
        await().until(() -> isFree(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    private static boolean isFree(InetSocketAddress address) {
        try {
            new DatagramSocket(address).close();
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    /** RFC 9000, section 10.1. Multiples of three: it is three times the interval of keep-alives, in milliseconds. */
    @ParameterizedTest
    @ValueSource(ints = {-3, 0, 3})
    void theSmallerIdleTimeoutIsInForceAtBothSides(int longerSeconds) throws Exception {
        Duration clients = RawPeer.IDLE_TIMEOUT.plusSeconds(longerSeconds);
        try (RawPeer server = new RawPeer()) {
            Connection here = raw.connect(server.listen(10).localAddress(), clients);
            await().until(() -> !server.connections.isEmpty());
            Duration smaller = longerSeconds < 0 ? clients : RawPeer.IDLE_TIMEOUT;
            assertThat(here.idleTimeout()).isEqualTo(smaller);
            assertThat(server.connections.element().idleTimeout()).isEqualTo(smaller);
        }
    }

    /** As clients send it that still acknowledge a handshake that is complete for the server. */
    @Test
    void aPacketAfterAHandshakePacketIsRead() throws Exception {
        ServerPool server = pools.server(s -> s);
        try (Relay relay = new Relay(server.localAddress())) {
            Connection connection = raw.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()));
            readId(RawPeer.open(connection, 0));
            relay.behindHandshake();
            readId(RawPeer.open(connection, 0));
            awaitIdle(server, 2);
        }
    }

    @Test
    void idsAreNeverDoubled() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection connection = raw.connect(server.localAddress());
        Set<StreamId> ids = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            assertThat(ids.add(readId(RawPeer.open(connection, 0)))).isTrue();
        }
        awaitIdle(server, 300);
    }

    @Test
    void nothingMoreIsSentUntilSomebodyTakesTheStream() throws Exception {
        ServerPool server = pools.server(s -> s);
        EngineStream stream = RawPeer.open(raw.connect(server.localAddress()), 0);
        StreamId id = readId(stream);
        assertThat(stream.input().available()).isZero();
        try (PooledStream taken = server.take(id, SOON)) {
            taken.outputStream().write(7);
            assertThat(stream.input().read()).isEqualTo(7);
        }
        assertThat(stream.input().read()).isEqualTo(-1);
        assertThat(server.active()).isZero();
        assertThatThrownBy(() -> server.take(id, Duration.ofMillis(50))).isInstanceOf(PoolTimeoutException.class);
    }

    @Test
    void bytesBeforeTheIdBelongToTheApplication() throws Exception {
        ServerPool server = pools.server(s -> s);
        EngineStream stream = RawPeer.open(raw.connect(server.localAddress()), 0, 'a', 'b', 'c');
        try (PooledStream taken = server.take(readId(stream), SOON)) {
            assertThat(taken.inputStream().readNBytes(3)).isEqualTo("abc".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void anotherHelloIsRefused() throws Exception {
        ServerPool server = pools.server(s -> s);
        assertThat(dies(RawPeer.open(raw.connect(server.localAddress()), 3))).isTrue();
        awaitRefused(server, "bad-hello", 1);
        assertThat(server.active()).isZero();
    }

    @Test
    void aStreamWaitsForItsIdWhileTheServerIsFull() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(2).maxStreamsPerConnection(8));
        Connection connection = raw.connect(server.localAddress());
        readId(RawPeer.open(connection, 0));
        readId(RawPeer.open(connection, 0));
        EngineStream third = RawPeer.open(connection, 0);
        await().until(() -> server.snapshot().opening() == 1);
        assertThat(server.active()).isEqualTo(2);
        server.take(SOON).close();
        readId(third);
        awaitIdle(server, 2);
        assertThat(server.snapshot().totals().refused()).containsEntry("server-full", 0L);
    }

    @Test
    void theWaitingStreamsOfAClientAreLimited() throws Exception {
        // A kwik server gives credit only for streams that fit into the pool.
        assumeTrue(Pools.SERVER_ENGINE.equals("netty"));
        ServerPool server =
                pools.server(s -> s.maxCapacity(1).maxPendingHellos(4).maxStreamsPerConnection(8));
        Connection connection = raw.connect(server.localAddress());
        readId(RawPeer.open(connection, 0));
        RawPeer.open(connection, 0);
        RawPeer.open(connection, 0);
        await().until(() -> server.snapshot().opening() == 2);
        assertThat(dies(RawPeer.open(connection, 0))).isTrue();
        awaitRefused(server, "server-full", 1);
        assertThat(connection.alive()).isTrue();
    }

    // quiche reports a stream with its first byte only, so there are no streams without data.
    private static void assumeEngineReportsSilentStreams() {
        assumeTrue(Pools.SERVER_ENGINE.equals("kwik"), "netty tells of a stream with its first byte only");
    }

    @Test
    void aStreamWithoutAHelloIsResetInTime() throws Exception {
        assumeEngineReportsSilentStreams();
        ServerPool server = pools.server(s -> s.helloTimeout(Duration.ofSeconds(3)));
        Connection connection = raw.connect(server.localAddress());
        EngineStream mute = RawPeer.open(connection);
        // The peer learns of the mute one through a later one (RFC 9000, section 3.2).
        readId(RawPeer.open(connection, 0));
        assertThat(dies(mute)).isTrue();
        awaitRefused(server, "slow-hello", 1);
        awaitIdle(server, 1);
    }

    @Test
    void streamsWithoutAHelloAreLimited() throws Exception {
        assumeEngineReportsSilentStreams();
        ServerPool server = pools.server(s -> s.maxPendingHellos(6));
        Connection connection = raw.connect(server.localAddress());
        List<EngineStream> mute = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            mute.add(RawPeer.open(connection));
        }
        EngineStream last = RawPeer.open(connection, 0);
        assertThat(dies(last)).isTrue();
        awaitRefused(server, "pending-hellos", 3);
        assertThat(server.snapshot().opening()).isEqualTo(3);
        // One client may have half of them, so another can connect.
        readId(RawPeer.open(raw.connect(server.localAddress()), 0));
        mute.forEach(stream -> stream.reset(0));
        await().until(() -> server.snapshot().opening() == 0);
        readId(RawPeer.open(connection, 0));
    }

    @Test
    void anIdleStreamThatThePeerEndsIsEvicted() throws Exception {
        ServerPool server = pools.server(s -> s);
        Connection connection = raw.connect(server.localAddress());
        EngineStream fin = RawPeer.open(connection, 0);
        EngineStream reset = RawPeer.open(connection, 0);
        EngineStream stays = RawPeer.open(connection, 0);
        readId(fin);
        readId(reset);
        StreamId left = readId(stays);
        // Flush of a Go pool sends exactly this.
        fin.output().close();
        reset.reset(0);
        awaitIdle(server, 1);
        assertThat(server.snapshot().totals().evicted()).containsEntry("peer-ended", 2L);
        try (PooledStream taken = server.take(SOON)) {
            assertThat(taken.id()).isEqualTo(left);
        }
    }

    @Test
    void anotherApplicationProtocolIsRefused() {
        ServerPool server = pools.server(s -> s);
        assertThatThrownBy(() -> raw.connect(server.localAddress(), "other", SOON))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot connect to");
        assertThat(server.snapshot().peers()).isEmpty();
        // The server notices when its connection has ended, which may be a little later. A slow client may have sent
        // its first packet twice.
        await().untilAsserted(() ->
                assertThat(server.snapshot().totals().refused()).doesNotContainEntry("failed-handshake", 0L));
    }

    @Test
    void aClientOfAForbiddenAddressIsToldSo() throws Exception {
        ServerPool server = pools.server(s -> s.allowClient("10.0.0.0/8").allowClient("::1"));
        assertClientRefused(server, "closed by the peer: unauthorized IP");
        awaitRefused(server, "address", 1);
        assertThat(server.snapshot().peers()).isEmpty();
    }

    @Test
    void aClientOfAnAllowedRangeIsServed() throws Exception {
        ServerPool server = pools.server(s -> s.allowClient("127.0.0.0/8"));
        readId(RawPeer.open(raw.connect(server.localAddress()), 0));
        awaitIdle(server, 1);
    }

    // The handshake is complete for the server then. For the client it may not be.
    private void assertClientRefused(ServerPool server, String reason) throws InterruptedException {
        try {
            raw.connect(server.localAddress());
            await().untilAsserted(() -> assertThat(raw.losses).isNotEmpty());
            assertThat(raw.losses.peek()).contains(reason);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining(reason);
        }
    }

    // Often: the two ends of the handshake race.
    @RepeatedTest(5)
    void connectedClientsAreLimited() throws Exception {
        ServerPool server = pools.server(s -> s.maxConnections(1));
        raw.connect(server.localAddress());
        await().until(() -> server.snapshot().peers().size() == 1);
        assertClientRefused(server, "too many connections");
        awaitRefused(server, "connections", 1);
    }

    @Test
    void closingThePoolClosesTheConnectionWithItsReason() throws Exception {
        ServerPool server = pools.server(s -> s);
        raw.connect(server.localAddress());
        await().until(() -> server.snapshot().peers().size() == 1);
        server.close();
        await().untilAsserted(() -> assertThat(raw.losses).isNotEmpty());
        assertThat(raw.losses.peek()).contains("pool closed");
    }

    @Test
    void aClientThatFallsSilentIsLostAfterThreeKeepAlives() throws Exception {
        ServerPool server = pools.server(s -> s.keepAlive(Duration.ofMillis(700)));
        long start = System.nanoTime();
        readId(RawPeer.open(raw.connect(server.localAddress()), 0));
        // The raw peer does not ping.
        await().until(() -> server.snapshot().totals().lost() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1900));
        awaitIdle(server, 0);
    }

    @Test
    void aClientProvesItsAddressIfThatIsRequired() throws Exception {
        ServerPool server = pools.server(s -> s.addressValidation(true));
        for (int i = 0; i < 50; i++) {
            readId(RawPeer.open(raw.connect(server.localAddress()), 0));
        }
        ClientPool client = pools.client(server, c -> c.capacity(20, 20));
        awaitIdle(client, 20);
        try (PooledStream there = server.take(SOON)) {
            assertThat(there.id()).isNotNull();
        }
    }
}
