package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.it.support.PemFiles;
import io.quicpool.testing.Pools;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A server process is killed repeatedly while callers ask. No caller times out. */
@Scenario
@Execution(ExecutionMode.CONCURRENT)
class KilledServerIT {

    private static final int RESTARTS = Integer.getInteger("quicpool.faults.kills", 20);
    private static final int REPLACEMENTS = RESTARTS / 2;
    /** After this time the back-off starts at its first value again. */
    private static final Duration UP = Duration.ofMillis(1500);

    private static final int CALLERS = 4;
    private static final int REQUESTS = 100;
    private static final int LENGTH = 3000;
    private static final Duration PATIENCE = Duration.ofMillis(250);
    /**
     * Three keep-alives of 700 ms until a loss is noticed, at most 5 s between two attempts, and the start of a process;
     * the rest is for a busy machine.
     */
    private static final Duration NOTICED_AND_BACK = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    /** Started again at its address. Meanwhile its system reports that nobody listens there. */
    @Test
    void andStartedAgain() throws Exception {
        PemFiles pem = PemFiles.write(Pools.CERTIFICATE, folder);
        String address = "127.0.0.1:" + Pools.freePort();
        JavaProcess first = server(address, pem);
        first.await();
        run("killed and started again", RESTARTS, client(address), first, () -> {
            JavaProcess next = server(address, pem);
            next.await();
            return next;
        });
    }

    /** Its machine disappears too, so there is only silence. Another server replaces it at once. */
    @Test
    void andReplaced() throws Exception {
        PemFiles pem = PemFiles.write(Pools.CERTIFICATE, folder);
        JavaProcess first = server("127.0.0.1:0", pem);
        try (FaultProxy proxy = new FaultProxy(address(first), Scenario.SEED)) {
            List<JavaProcess> standby = new ArrayList<>(List.of(server("127.0.0.1:0", pem)));
            run(
                    "killed and replaced",
                    REPLACEMENTS,
                    client("127.0.0.1:" + proxy.address().getPort()),
                    first,
                    () -> {
                        JavaProcess next = standby.remove(0);
                        proxy.lead(address(next));
                        standby.add(server("127.0.0.1:0", pem));
                        return next;
                    });
            standby.get(0).close();
        }
    }

    private static InetSocketAddress address(JavaProcess server) throws InterruptedException {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(server.await()));
    }

    private static JavaProcess server(String address, PemFiles pem) {
        return new JavaProcess(
                ServerProgram.class,
                address,
                pem.certificate().toString(),
                pem.privateKey().toString());
    }

    private ClientPool client(String target) {
        return pools.client(target, c -> c.capacity(32, 64)
                // All on one connection, so that each kill costs one connection.
                .streamsPerConnection(4096)
                .keepAlive(Duration.ofMillis(700)));
    }

    private interface Next {
        JavaProcess start() throws InterruptedException;
    }

    private static void run(String what, int kills, ClientPool client, JavaProcess first, Next next) throws Exception {
        JavaProcess server = first;
        List<Long> back = new ArrayList<>();
        Traffic traffic = Traffic.impatient(client, CALLERS, LENGTH, PATIENCE);
        try {
            await().until(() -> traffic.ledger.answered.sum() > 0);
            for (int kill = 0; kill < kills; kill++) {
                server.kill();
                traffic.peerGone();
                long killed = System.nanoTime();
                assertThat(server.wrong()).isEmpty();
                server = next.start();
                await().atMost(NOTICED_AND_BACK)
                        .pollInterval(Duration.ofMillis(5))
                        .untilAsserted(() -> assertThat(traffic.answeredByNext())
                                .as(() -> traffic.ledger + "; " + client.snapshot())
                                .isTrue());
                back.add(Clock.millisSince(killed));
                long up = System.nanoTime();
                long answered = traffic.ledger.answered.sum();
                await().until(() ->
                        traffic.ledger.answered.sum() > answered + REQUESTS && System.nanoTime() - up > UP.toNanos());
            }
        } finally {
            traffic.close();
            server.kill();
        }
        assertThat(server.wrong()).isEmpty();
        Report.row("server " + what + ", " + kills + " times", "kills " + kills, traffic.ledger, back, "");
        traffic.assertNothingWrong();
        assertThat(back).allSatisfy(time -> assertThat(time).isLessThan(NOTICED_AND_BACK.toMillis()));
        // A busy machine may be silent for as long as the idle time-out, and then loses one more.
        assertThat(client.snapshot().totals().lost()).isGreaterThanOrEqualTo(kills);
    }
}
