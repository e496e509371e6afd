package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests in the usual direction without a control stream, with 1,000 idle streams; and what those cost. More requests:
 * -Dquicpool.it.requests=100000.
 */
@Timeout(600)
class ClientLedIT {

    private static final int REQUESTS = Integer.getInteger("quicpool.it.requests", 10_000);
    private static final Duration WATCHED = Duration.ofSeconds(5);
    private static final String[] THOUSAND = {"--min-capacity", "1000", "--max-capacity", "1000"};

    @Test
    void eightThreadsEachTakeAStreamPerRequest() throws Exception {
        try (PeerProcess server = PeerProcess.server("--serve", "echo");
                PeerProcess client = PeerProcess.client(server, THOUSAND)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> client.stat("idle") == 1000);
            String figures = client.ok("requests " + REQUESTS + " 8 1024");
            System.out.println("client-led, 1 kB, 8 threads: " + figures);
            assertThat(figures).startsWith(REQUESTS + " p50=");
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> server.stat("handedOut") == REQUESTS && server.stat("taken") == 0);
            assertThat(client.stat("lost")).isZero();
            assertThat(client.stat("failed")).isZero();
        }
    }

    @Test
    void theHandlerStartsSoonAfterTheWrite() throws Exception {
        try (PeerProcess server = PeerProcess.server("--serve", "stamp");
                PeerProcess client = PeerProcess.client(server, THOUSAND)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> client.stat("idle") == 1000);
            client.ok("latency 1000");
            String figures = client.ok("latency 2000");
            System.out.println(
                    "client-led, from the write to the start of the handler, 1,000 idle streams: " + figures);
            // Microseconds. With a periodic check, once a second, each but the first would take a second: it starts
            // when the
            // handler of the one before has started. Ten busy threads beside it cost tens of milliseconds.
            assertThat(PeerProcess.figure(figures, "p50")).isLessThan(500_000);
        }
    }

    @Test
    void idleStreamsCostNextToNothing() throws Exception {
        try (PeerProcess server = PeerProcess.server("--serve", "echo");
                PeerProcess client = PeerProcess.client(server)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> client.stat("idle") >= 8);
            long clientThreads = client.stat("threads");
            long serverThreads = server.stat("threads");
            client.ok("bounds 1000 1000");
            await().atMost(Duration.ofMinutes(1)).until(() -> client.stat("idle") == 1000);
            // Until the JIT compiler has done most of its work, which takes its time on a busy machine.
            await().atMost(Duration.ofMinutes(5)).untilAsserted(() -> {
                long clientCpu = client.stat("processCpuMillis");
                long serverCpu = server.stat("processCpuMillis");
                await().pollDelay(WATCHED).until(() -> true);
                double clientShare = 100.0 * (client.stat("processCpuMillis") - clientCpu) / WATCHED.toMillis();
                double serverShare = 100.0 * (server.stat("processCpuMillis") - serverCpu) / WATCHED.toMillis();
                System.out.printf(
                        "1,000 idle streams: client %.1f %% of a core, %d threads (%d with 8 streams), heap %d MB; server %.1f %%, %d"
                                + " threads (%d), heap %d MB%n",
                        clientShare,
                        client.stat("threads"),
                        clientThreads,
                        client.stat("usedHeap") >> 20,
                        serverShare,
                        server.stat("threads"),
                        serverThreads,
                        server.stat("usedHeap") >> 20);
                assertThat(clientShare).isLessThan(4);
                assertThat(serverShare).isLessThan(4);
                assertThat(client.stat("threads")).isLessThan(clientThreads + 8);
                assertThat(server.stat("threads")).isLessThan(serverThreads + 8);
            });
        }
    }
}
