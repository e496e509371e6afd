package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Clients' processes are killed while their streams fill the server's pool: those leave the stock within the idle time-out. */
@Scenario
@Isolated
class KilledClientIT {

    private static final int ROUNDS = 10;
    private static final int CLIENTS = 5;
    private static final int STREAMS = 40;
    /** The idle time-out of three keep-alives of 700 ms, which the engine looks at once a second. */
    private static final Duration NOTICED = Duration.ofSeconds(5);

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void fiftyTimesWhileTheServerIsFull() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(CLIENTS * STREAMS).keepAlive(Duration.ofMillis(700)));
        String target = "127.0.0.1:" + server.localAddress().getPort();
        List<Long> left = new ArrayList<>();
        List<JavaProcess> next = clients(target);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                List<JavaProcess> now = next;
                for (JavaProcess each : now) {
                    each.await();
                    each.say("fill up");
                }
                Pools.awaitIdle(server, CLIENTS * STREAMS);
                for (JavaProcess each : now) {
                    each.kill();
                }
                long killed = System.nanoTime();
                next = clients(target);
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> server.active() == 0);
                left.add(Clock.millisSince(killed));
            }
        } finally {
            next.forEach(JavaProcess::close);
        }
        Report.row(
                "client killed while the server is full, " + ROUNDS * CLIENTS + " times", "", new Ledger(), left, "");
        assertThat(left).allSatisfy(time -> assertThat(time).isLessThan(NOTICED.toMillis()));
        assertThat(server.snapshot().totals().lost()).isEqualTo(ROUNDS * CLIENTS);
        assertThat(server.snapshot().totals().evicted()).containsEntry("link-lost", (long) ROUNDS * CLIENTS * STREAMS);
    }

    private static List<JavaProcess> clients(String target) {
        List<JavaProcess> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new JavaProcess(ClientProgram.class, target, Integer.toString(STREAMS)));
        }
        return clients;
    }
}
