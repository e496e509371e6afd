package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.ListenSpec;
import io.quicpool.transport.Listener;
import io.quicpool.transport.ListenerEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.impl.Version;

/** The pitfalls of kwik's listeners in docs/kwik.md; see {@link KwikTrapsTest}. */
class KwikListenerTrapsTest {

    private final RawPeer server = new RawPeer();
    private final RawPeer client = new RawPeer();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    /** kwik's listeners watch the memory of the whole JVM, which would keep a redeployed application for ever. */
    @Test
    void aListenerDoesNotTouchTheMemoryBeans() throws Exception {
        client.connect(server.listen(10).localAddress());
        assertThat(ManagementFactory.getMemoryPoolMXBeans())
                .filteredOn(MemoryPoolMXBean::isCollectionUsageThresholdSupported)
                .isNotEmpty()
                .allMatch(pool -> pool.getCollectionUsageThreshold() == 0);
    }

    /** kwik would call System.exit when its socket fails. */
    @Test
    void aListenerCanBeClosedAndItsPortUsedAgain() throws Exception {
        for (int i = 0; i < 5; i++) {
            Listener listener = server.listen(10);
            Connection connection = client.connect(listener.localAddress());
            assertThat(listener.alive()).isTrue();
            assertThat(listener.close(SOON)).isTrue();
            assertThat(listener.alive()).isFalse();
            await().until(() -> !connection.alive());
            new DatagramSocket(listener.localAddress()).close();
        }
    }

    /** kwik closes its socket after its connections, which takes up to half a minute. */
    @Test
    void aListenerThatIsClosedFreesItsAddressWhateverIsLeftOfConnections() throws Exception {
        Listener listener = server.listen(10);
        client.connect(listener.localAddress());
        listener.close(Duration.ofMillis(1));
        // A millisecond and the grace of closing are short for a busy machine. kwik alone takes half a minute.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThatCode(() -> assertFree(listener.localAddress()))
                        .doesNotThrowAnyException());
    }

    /**
     * kwik's server forgets its CONNECTION_CLOSE when the handshake completes at that moment, and its client drops it in a datagram
     * behind a packet that it has no keys for.
     */
    @Test
    void aClientThatConnectsWhileItsServerClosesLearnsOfIt() throws Exception {
        for (int i = 0; i < 100; i++) {
            Listener listener = server.listen(10);
            Connection connection = client.connect(listener.localAddress());
            assertThat(listener.close(SOON)).isTrue();
            await().until(() -> !connection.alive());
            int closed = i + 1;
            await().until(() -> client.losses.size() == closed);
            assertThat(client.losses).noneMatch(reason -> reason.contains("idle time-out"));
        }
    }

    /** kwik keeps a client that has sent half of its ClientHello for half a minute, and waits for it. */
    @Test
    void aListenerThatIsClosedWaitsForNoClientThatHasSentOnePacket() throws Exception {
        Listener listener = server.listen(10);
        byte[] half = new byte[1180];
        // A ClientHello of 4,096 bytes.
        half[0] = 1;
        half[2] = 0x10;
        byte[] first = FrameLengthsTest.initial(new CryptoFrame(Version.QUIC_version_1, half))
                .array();
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(first, first.length, listener.localAddress()));
        }
        client.connect(listener.localAddress());
        long begin = System.nanoTime();
        assertThat(listener.close(SOON)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(25));
    }

    /** A thread that reads from a socket keeps its address bound until the system call returns, a moment after the close. */
    @Test
    void aListenerThatIsClosedFreesItsAddressBeforeItReturns() throws Exception {
        for (int i = 0; i < 100; i++) {
            Listener listener = server.listen(10);
            listener.close(SOON);
            assertFree(listener.localAddress());
        }
    }

    /** kwik closes all connections that it knows. For one that has just ended it would fail. */
    @Test
    void aConnectionThatHasJustEndedIsClosedAgainWithoutAnError() throws Exception {
        client.connect(server.listen(10).localAddress());
        await().until(() -> !server.connections.isEmpty());
        KwikConnection there = (KwikConnection) server.connections.element();
        there.close(0, "first");
        assertThat(there.awaitClosed(SOON)).isTrue();
        assertThatCode(there.quic()::close).doesNotThrowAnyException();
    }

    /** kwik would call System.exit. */
    @Test
    void aThreadThatReceivesAndDiesIsReplaced() throws Exception {
        AtomicInteger died = new AtomicInteger();
        Listener listener = new KwikTransport().listen(spec("dying"), new ListenerEvents() {
            @Override
            public ConnectionEvents connected(Connection connection) {
                return client;
            }

            @Override
            public boolean wouldAccept(InetSocketAddress from) {
                if (died.incrementAndGet() < 3) {
                    throw new OutOfMemoryError("for the test");
                }
                return true;
            }
        });
        try {
            assertThat(client.connect(listener.localAddress()).alive()).isTrue();
            assertThat(died).hasValueGreaterThan(2);
        } finally {
            listener.close(SOON);
        }
    }

    /** They are sent back with a Retry packet until few of them come. */
    @Test
    void clientsConnectDuringAFloodOfPacketsThatNobodyCanRead() throws Exception {
        Listener listener = server.listen(10);
        byte[] first = FrameLengthsTest.initial(new CryptoFrame(Version.QUIC_version_1, new byte[1_180]))
                .array();
        AtomicBoolean connected = new AtomicBoolean();
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread flood = KwikThreads.start("flood", () -> {
                // Other keys for each.
                for (long id = 0; !connected.get(); id++) {
                    ByteBuffer.wrap(first).putLong(6, id);
                    sendTo(listener.localAddress(), socket, first);
                    LockSupport.parkNanos(100_000);
                }
            });
            try {
                DatagramPacket retry = new DatagramPacket(new byte[1_500], 1_500);
                socket.setSoTimeout((int) SOON.toMillis());
                socket.receive(retry);
                assertThat(retry.getData()[0] & 0xf0).isEqualTo(0xf0);
                for (int i = 0; i < 20; i++) {
                    assertThat(client.connect(listener.localAddress()).alive()).isTrue();
                }
            } finally {
                connected.set(true);
                flood.join();
            }
        }
    }

    private static void sendTo(InetSocketAddress address, DatagramSocket socket, byte[] datagram) {
        try {
            socket.send(new DatagramPacket(datagram, datagram.length, address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In kwik the queue of a connection is unbounded while its thread is busy. */
    @Test
    void datagramsThatDoNotFitAreDroppedAndReported() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger dropped = new AtomicInteger();
        Listener listener = new KwikTransport().listen(spec("busy"), new ListenerEvents() {
            @Override
            public ConnectionEvents connected(Connection connection) {
                busy.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return client;
            }

            @Override
            public void ignored(InetSocketAddress from, Ignored why) {
                if (why == Ignored.DROPPED) {
                    dropped.incrementAndGet();
                }
            }
        });
        try (Relay relay = new Relay(listener.localAddress())) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port());
            Thread connecting = KwikThreads.start("connecting", () -> {
                try {
                    client.connect(address);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            busy.await();
            await().pollInterval(Duration.ofMillis(1)).until(() -> {
                relay.repeat(100);
                return dropped.get() > 0;
            });
            release.countDown();
            connecting.join();
            assertThat(client.connections).hasSize(1);
        } finally {
            release.countDown();
            listener.close(SOON);
        }
    }

    private static ListenSpec spec(String name) {
        return RawPeer.listenSpec(name, 0, 10, s -> s.maxPendingHandshakes(10));
    }

    private static void assertFree(InetSocketAddress address) throws SocketException {
        try (DatagramSocket next = new DatagramSocket(address)) {
            assertThat(next.getLocalPort()).isEqualTo(address.getPort());
        }
    }
}
