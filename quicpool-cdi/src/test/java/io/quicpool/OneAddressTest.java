package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.Gate;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection belongs to the address that it was made from. An observer of its datagrams can neither use nor divert it. */
@Tag("contract")
class OneAddressTest {

    private static final int ROUNDS = 10;
    private static final int LARGEST = 65_535;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    /** An observer at another address, with its own connection attempt. */
    private static final class Observer implements AutoCloseable {

        private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.2"));
        private final InetSocketAddress server;

        Observer(InetSocketAddress server) throws Exception {
            this.server = server;
            send(initial());
        }

        /** The first datagram of a client. */
        private static byte[] initial() throws Exception {
            try (DatagramSocket nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                    RawPeer raw = new RawPeer()) {
                CompletableFuture<Void> trying = CompletableFuture.runAsync(() -> assertThatThrownBy(() -> raw.connect(
                                (InetSocketAddress) nobody.getLocalSocketAddress(), "np-quic", Duration.ofSeconds(1)))
                        .isInstanceOf(IOException.class));
                DatagramPacket first = new DatagramPacket(new byte[LARGEST], LARGEST);
                nobody.receive(first);
                trying.join();
                return Arrays.copyOf(first.getData(), first.getLength());
            }
        }

        void send(byte[] datagram) throws IOException {
            socket.send(new DatagramPacket(datagram, datagram.length, server));
        }

        /** How many datagrams of an established connection have come. Those of the handshake have long headers. */
        int diverted() throws IOException {
            int count = 0;
            socket.setSoTimeout(1);
            DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
            try {
                while (true) {
                    socket.receive(packet);
                    count += packet.getData()[0] >= 0 ? 1 : 0;
                }
            } catch (SocketTimeoutException none) {
                return count;
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /** A packet of the handshake for the connection to which a datagram with a short header belongs, and noise in it. */
    private static byte[] handshakeFor(byte[] datagram) {
        byte[] noise = new byte[40];
        ThreadLocalRandom.current().nextBytes(noise);
        return ByteBuffer.allocate(100)
                .put((byte) 0xe0)
                .putInt(1)
                .put((byte) Gate.CONNECTION_ID_LENGTH)
                .put(datagram, 1, Gate.CONNECTION_ID_LENGTH)
                .put((byte) 0)
                .put((byte) noise.length)
                .put(noise)
                .array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.0/8"})
    void anObserverCanNeitherUseNorDivertAConnection(String allowed) throws Exception {
        ServerPool server = pools.server(s -> s.allowClient(allowed));
        try (Relay path = new Relay(server.localAddress());
                Observer observer = new Observer(server.localAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + path.port(), c -> c.capacity(2, 2));
            awaitIdle(client, 2);
            try (PooledStream here = client.take(SOON);
                    PooledStream there = server.take(here.id(), SOON)) {
                for (int i = 0; i < ROUNDS; i++) {
                    // Its datagram also comes from another address, and earlier.
                    path.loseNext(1);
                    here.outputStream().write(i);
                    await().until(() -> path.toLose() == 0);
                    byte[] seen = path.last();
                    observer.send(seen);
                    observer.send(handshakeFor(seen));
                    assertThat(there.inputStream().read()).isEqualTo(i);
                    observer.send(handshakeFor(seen));
                    there.outputStream().write(i);
                    assertThat(here.inputStream().read()).isEqualTo(i);
                }
                assertThat(observer.diverted()).isZero();
                await().atMost(SOON).untilAsserted(() -> assertThat(
                                server.snapshot().totals().refused().get("moved"))
                        .isGreaterThanOrEqualTo(2L * ROUNDS));
            }
        }
    }
}
