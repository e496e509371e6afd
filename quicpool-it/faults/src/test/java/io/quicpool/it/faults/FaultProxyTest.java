package io.quicpool.it.faults;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.it.faults.Fate.Direction;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network, seen by a client and a server without QUIC. */
class FaultProxyTest {

    private static final int MANY = 10_000;
    private static final long SEED = 42;

    private DatagramSocket server = socket();
    private DatagramSocket client = socket();
    private FaultProxy proxy = proxy();

    private static DatagramSocket socket() {
        try {
            DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            socket.setSoTimeout((int) SOON.toMillis());
            return socket;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private FaultProxy proxy() {
        try {
            return new FaultProxy((InetSocketAddress) server.getLocalSocketAddress(), SEED);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void open() throws IOException {
        assertThat(exchange(1)).isEqualTo(1);
    }

    @AfterEach
    void close() {
        proxy.close();
        server.close();
        client.close();
    }

    private void send(int value) throws IOException {
        client.send(new DatagramPacket(new byte[] {(byte) value, 0, 0, 0}, 4, proxy.address()));
    }

    private static DatagramPacket receive(DatagramSocket at) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        at.receive(packet);
        return packet;
    }

    @Test
    void aTapSeesWhatClientsSendAndMoreCanBeSentAsIfFromThem() throws IOException {
        List<byte[]> seen = new CopyOnWriteArrayList<>();
        proxy.tap(seen::add);
        assertThat(exchange(7)).isEqualTo(7);
        assertThat(seen).containsExactly(new byte[] {7, 0, 0, 0});
        proxy.inject(new byte[] {8, 0, 0, 0});
        DatagramPacket injected = receive(server);
        assertThat(injected.getData()[0]).isEqualTo((byte) 8);
        server.send(new DatagramPacket(injected.getData(), injected.getLength(), injected.getSocketAddress()));
        assertThat(receive(client).getData()[0]).isEqualTo((byte) 8);
    }

    @Test
    void itCanStartCountingAgain() throws IOException {
        proxy.restartCounting();
        exchange(2);
        assertThat(proxy.counts()).isEqualTo("seed 42: passed 2, lost 0, doubled 0, damaged 0");
    }

    // Both directions.
    private int exchange(int value) throws IOException {
        send(value);
        DatagramPacket there = receive(server);
        server.send(new DatagramPacket(there.getData(), there.getLength(), there.getSocketAddress()));
        return receive(client).getData()[0];
    }

    @Test
    void theSameSeedHasTheSameFates() {
        Faults faults = Faults.NONE.losing(0.1).doubling(0.2).damaging(0.3).reordering(0.4);
        assertThat(fates(SEED, faults)).isEqualTo(fates(SEED, faults)).isNotEqualTo(fates(SEED + 1, faults));
        assertThat(Fate.of(SEED, Direction.UP, 7, faults.delaying(Duration.ofMillis(1), Duration.ofMillis(1))))
                .isNotEqualTo(
                        Fate.of(SEED, Direction.DOWN, 7, faults.delaying(Duration.ofMillis(1), Duration.ofMillis(1))));
    }

    private static List<Fate> fates(long seed, Faults faults) {
        return LongStream.range(0, MANY)
                .mapToObj(number -> Fate.of(seed, Direction.UP, number, faults))
                .toList();
    }

    @Test
    void chancesAreWhatTheySay() {
        List<Fate> fates = fates(
                SEED, Faults.NONE.losing(0.05).doubling(0.2).damaging(0.01).reordering(0.1));
        assertThat(share(fates.stream().filter(each -> each.copies() == 0).count()))
                .isBetween(0.04, 0.06);
        assertThat(share(fates.stream().filter(each -> each.copies() == 2).count()))
                .isBetween(0.17, 0.21);
        assertThat(share(fates.stream().filter(each -> each.turned() >= 0).count()))
                .isBetween(0.007, 0.013);
        assertThat(share(fates.stream().filter(each -> each.delayNanos() > 0).count()))
                .isBetween(0.09, 0.11);
        assertThatThrownBy(() -> Faults.NONE.losing(1.5)).hasMessageContaining("must be from 0 to 1");
    }

    private static double share(long count) {
        return (double) count / MANY;
    }

    @Test
    void aBlackHoleEndsByItself() throws Exception {
        long begin = System.nanoTime();
        proxy.up(Faults.BLACK_HOLE, Duration.ofMillis(300));
        server.setSoTimeout(20);
        int sent = 0;
        boolean arrived = false;
        while (!arrived && Clock.millisSince(begin) < SOON.toMillis()) {
            send(2);
            sent++;
            arrived = arrives();
        }
        assertThat(arrived).isTrue();
        assertThat(Clock.millisSince(begin)).isGreaterThanOrEqualTo(300);
        // On a busy machine some more arrive late.
        for (int received = 1; proxy.lost() + received < sent; received++) {
            server.setSoTimeout((int) SOON.toMillis());
            receive(server);
        }
        assertThat(proxy.lost()).isPositive();
    }

    private boolean arrives() throws IOException {
        try {
            receive(server);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void delaysDoublesAndDamages() throws Exception {
        proxy.both(Faults.NONE.delaying(Duration.ofMillis(50), Duration.ZERO));
        long begin = System.nanoTime();
        assertThat(exchange(4)).isEqualTo(4);
        assertThat(Clock.millisSince(begin)).isGreaterThanOrEqualTo(100);

        proxy.both(Faults.NONE).up(Faults.NONE.doubling(1));
        send(5);
        assertThat(receive(server).getData()[0]).isEqualTo((byte) 5);
        assertThat(receive(server).getData()[0]).isEqualTo((byte) 5);

        proxy.up(Faults.NONE.damaging(1));
        send(0);
        byte[] damaged = receive(server).getData();
        int bits = 0;
        for (byte each : damaged) {
            bits += Integer.bitCount(each & 0xff);
        }
        assertThat(bits).isOne();
    }

    @Test
    void limitsTheRate() throws Exception {
        // Forty bytes a second: four take a tenth of a second.
        proxy.up(Faults.NONE.limitedTo(40));
        long begin = System.nanoTime();
        send(1);
        send(2);
        receive(server);
        receive(server);
        assertThat(Clock.millisSince(begin)).isGreaterThanOrEqualTo(200);
    }

    @Test
    void changesTheClientsPortAndTheServer() throws Exception {
        send(1);
        int before = receive(server).getPort();
        proxy.rebind();
        send(2);
        assertThat(receive(server).getPort()).isNotEqualTo(before);
        try (DatagramSocket other = socket()) {
            proxy.lead((InetSocketAddress) other.getLocalSocketAddress());
            send(3);
            assertThat(receive(other).getData()[0]).isEqualTo((byte) 3);
        }
    }
}
