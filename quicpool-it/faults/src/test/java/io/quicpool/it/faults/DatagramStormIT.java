package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A million datagrams of noise to the port of a server in use: random ones, and changed real ones. */
@Scenario
@Isolated
class DatagramStormIT {

    private static final Duration LONG = Duration.ofMinutes(4);
    private static final int DATAGRAMS = 1_000_000;
    private static final int LARGEST = 1400;
    private static final int LIVE = 50_000;
    /** The length of a connection id. */
    private static final int ID = 8;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void aMillionRandomAndMutatedDatagrams() throws Exception {
        Random random = new Random(Scenario.SEED);
        Forge forge = new Forge();
        List<byte[]> patterns = new ArrayList<>(forge.beginnings(200, random));
        patterns.add(forge.original());
        Ledger served = new Ledger();
        // The system drops what its socket buffers cannot hold, also datagrams of clients. So one request may take
        // long.
        ServerPool server = pools.server(s -> s.readTimeout(LONG).writeTimeout(LONG));
        server.serve(stream -> Traffic.answer(stream, served));
        ClientPool client =
                pools.client(server, c -> c.capacity(32, 64).readTimeout(LONG).writeTimeout(LONG));
        await().until(client::ready);
        Traffic traffic = Traffic.impatient(client, 4, 1000, LONG);
        long begin = System.nanoTime();
        try (DatagramSocket attacker = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            DatagramPacket packet = new DatagramPacket(new byte[0], 0, server.localAddress());
            for (int i = 0; i < DATAGRAMS; i++) {
                packet.setData(noise(i, patterns, random));
                attacker.send(packet);
            }
        }
        long millis = Clock.millisSince(begin);
        long answered = traffic.ledger.answered.sum();
        await().until(() -> traffic.ledger.answered.sum() > answered + 100);
        traffic.close();
        Report.row(
                "a million datagrams of noise in " + millis / 1000 + " s",
                "connections lost " + client.snapshot().totals().lost(),
                traffic.ledger,
                List.of(),
                Report.counted(server.snapshot().totals().refused()));
        assertThat(server.snapshot().totals().refused().get("bad-handshake")).isPositive();
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        assertThat(traffic.ledger.cut.sum() == 0 || client.snapshot().totals().lost() > 0)
                .as("cut although no connection was lost: %s", traffic.ledger)
                .isTrue();
        // Its garbage is freed: the heap is no larger than usual.
        await().untilAsserted(() -> {
            System.gc();
            assertThat(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed())
                    .isLessThan(150L << 20);
        });
    }

    /** With the id of an open connection, from the address of its client and from others. The connection is not affected. */
    @Test
    void mutatedDatagramsOfALiveConnection() throws Exception {
        Random random = new Random(Scenario.SEED);
        Ledger served = new Ledger();
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> Traffic.answer(stream, served));
        try (FaultProxy network = new FaultProxy(server.localAddress(), Scenario.SEED);
                DatagramSocket attacker = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + network.address().getPort(), c -> c.capacity(32, 64));
            await().until(client::ready);
            AtomicReference<byte[]> last = new AtomicReference<>(new byte[0]);
            network.tap(datagram -> last.set(datagram));
            Traffic traffic = Traffic.of(client, 4, 1000);
            await().until(() -> last.get().length > 0);
            for (int i = 0; i < LIVE; i++) {
                byte[] changed = change(last.get(), random);
                if (i % 2 == 0) {
                    network.inject(changed);
                } else {
                    attacker.send(new DatagramPacket(changed, changed.length, server.localAddress()));
                }
            }
            long answered = traffic.ledger.answered.sum();
            await().until(() -> traffic.ledger.answered.sum() > answered + 100);
            traffic.close();
            Report.row(
                    LIVE + " mutated datagrams of a live connection",
                    "connections lost " + client.snapshot().totals().lost(),
                    traffic.ledger,
                    List.of(),
                    Report.counted(server.snapshot().totals().refused()));
            traffic.assertNothingWrong();
            assertThat(served.examples()).isEmpty();
            assertThat(traffic.ledger.cut.sum()).isZero();
            assertThat(client.snapshot().totals().lost()).isZero();
        }
    }

    // Anything but the connection id, which follows the first byte.
    private static byte[] change(byte[] datagram, Random random) {
        byte[] changed = datagram.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int where = random.nextInt(changed.length);
            if (where == 0 || where > ID) {
                changed[where] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            }
        }
        return changed;
    }

    // One in ten is whole and real but for its connection id, so that some get far.
    private static byte[] noise(int number, List<byte[]> patterns, Random random) {
        if (number % 2 == 0) {
            byte[] bytes = new byte[1 + random.nextInt(LARGEST)];
            random.nextBytes(bytes);
            if (number % 4 == 0) {
                bytes[0] |= (byte) 0xc0;
            }
            return bytes;
        }
        byte[] bytes = patterns.get(random.nextInt(patterns.size())).clone();
        int changes = number % 10 == 1 ? 0 : 1 + random.nextInt(8);
        for (int i = 0; i < changes; i++) {
            // Mostly in the header: the rest is protected, so decryption would only fail.
            int where = random.nextInt(random.nextInt(3) == 0 ? bytes.length : 60);
            bytes[where] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return bytes;
    }
}
