package io.quicpool.it.faults;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.config.ServerPoolConfigBuilder;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A thousand clients a second start to connect and vanish. Connected clients are not affected. */
@Scenario
@Isolated
class HandshakeStormIT {

    private static final int PER_SECOND = 1000;
    private static final int SECONDS = 4;
    private static final int HANDSHAKES = 128;
    private static final int CALLERS = 4;
    private static final int LENGTH = 1000;

    private final Pools pools = new Pools();
    private final ExecutorService checks = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        checks.shutdownNow();
        pools.close();
    }

    @Test
    void clientsThatConnectAndVanish() throws Exception {
        storm("connect and vanish, 1,000/s", "127.0.0.1", s -> s, server -> {
            // So many are admitted before older ones are ended to make room. How many datagrams the server gets to
            // read, and when, depends on the machine.
            await().until(() -> refused(server, "handshakes") > 0);
            await().until(() -> refused(server, "slow-handshake") >= HANDSHAKES);
            assertThat(refused(server, "address")).isZero();
        });
    }

    /** Nothing is kept for clients without a validated address, so a new client can connect during the storm. */
    @Test
    void clientsThatVanishIfAddressesAreValidated() throws Exception {
        storm("connect and vanish, 1,000/s, Retry", "127.0.0.1", s -> s.addressValidation(true), server -> {
            assertThat(refused(server, "handshakes")).isZero();
            ClientPool newClient = pools.client(server, c -> c.name("new").capacity(8, 8));
            long begin = System.nanoTime();
            await().until(newClient::ready);
            System.out.println("[faults] a new client was ready after " + Clock.millisSince(begin) + " ms");
        });
    }

    @Test
    void fromAForbiddenAddress() throws Exception {
        storm("from a forbidden address, 1,000/s", "127.0.0.2", s -> s.allowClient("127.0.0.1"), server -> {
            await().until(() -> refused(server, "address") > 0);
            ClientPool newClient = pools.client(server, c -> c.name("new").capacity(8, 8));
            await().until(newClient::ready);
        });
    }

    private interface Check {
        void check(ServerPool server) throws Exception;
    }

    private void storm(String what, String from, UnaryOperator<ServerPoolConfigBuilder> settings, Check check)
            throws Exception {
        List<byte[]> beginnings = new Forge().beginnings(PER_SECOND * SECONDS, new Random(Scenario.SEED));
        Ledger served = new Ledger();
        ServerPool server = pools.server(s -> settings.apply(s.maxPendingHandshakes(HANDSHAKES)));
        server.serve(stream -> Traffic.answer(stream, served));
        ClientPool client = pools.client(server, c -> c.capacity(32, 64));
        await().until(client::ready);
        int threads = Thread.activeCount();
        Traffic traffic = Traffic.of(client, CALLERS, LENGTH);
        int most = 0;
        long millis;
        Future<?> checking = CompletableFuture.completedFuture("not yet");
        try (DatagramSocket attacker = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(from), 0))) {
            long begin = System.nanoTime();
            for (int sent = 0; sent < beginnings.size(); sent++) {
                send(attacker, beginnings.get(sent), server.localAddress());
                long due = begin + sent * 1_000_000_000L / PER_SECOND;
                while (System.nanoTime() - due < 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                if (sent % 100 == 0) {
                    most = Math.max(most, Thread.activeCount());
                }
                if (sent == beginnings.size() - PER_SECOND) {
                    // While the storm goes on.
                    checking = checks.submit(() -> {
                        check.check(server);
                        return "done";
                    });
                }
            }
            millis = Clock.millisSince(begin);
        }
        checking.get(2 * SOON.toSeconds(), TimeUnit.SECONDS);
        traffic.close();
        Map<String, Long> refused = server.snapshot().totals().refused();
        Report.row(
                what,
                beginnings.size() + " datagrams in " + millis + " ms, threads " + threads + ", at most " + most,
                traffic.ledger,
                List.of(),
                Report.counted(refused));
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        assertThat(traffic.ledger.cut.sum()).isZero();
        assertThat(client.snapshot().totals().lost()).isZero();
        // Five for each handshake under way, and those that are just ending: a busy machine has more of them. Without a
        // limit there would be five for each datagram.
        assertThat(most).isLessThan(threads + 5 * PER_SECOND * SECONDS / 4);
        await().until(() -> Thread.activeCount() < threads + 50);
    }

    private static long refused(ServerPool server, String reason) {
        return server.snapshot().totals().refused().getOrDefault(reason, 0L);
    }

    private static void send(DatagramSocket from, byte[] bytes, InetSocketAddress to) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, to));
    }
}
