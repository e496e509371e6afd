package io.quicpool.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Processes of clients are killed while their streams fill the pool of the server. These streams are evicted shortly
 * after the idle time-out. A client that survives is served all the time.
 */
@Scenario
@Isolated
class KilledClientIT {

    private static final int CLIENTS = 5;
    private static final int ROUNDS = Integer.getInteger("quicpool.faults.kills", 20) / CLIENTS;
    private static final int STREAMS = 40;
    private static final int SURVIVORS = 16;
    /** Three of them are the idle time-out. A busy machine should not be silent for that long. */
    private static final Duration KEEP_ALIVE = Duration.ofMillis(1500);

    private final Pools pools = new Pools();
    private final Ledger served = new Ledger();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void againAndAgainWhileTheServerIsFull() throws Exception {
        ServerPool server =
                pools.server(s -> s.maxCapacity(CLIENTS * STREAMS + SURVIVORS).keepAlive(KEEP_ALIVE));
        server.serve(stream -> Traffic.answer(stream, served));
        Queue<Long> noticed = new ConcurrentLinkedQueue<>();
        server.addListener(new PoolListener() {
            @Override
            public void peerLost(StreamPool pool, String reason) {
                noticed.add(System.nanoTime());
            }
        });
        ClientPool survivor =
                pools.client(server, c -> c.capacity(SURVIVORS, SURVIVORS).keepAlive(KEEP_ALIVE));
        Traffic traffic = Traffic.of(survivor, 2, 1000);
        String target = "127.0.0.1:" + server.localAddress().getPort();
        List<Long> left = new ArrayList<>();
        List<JavaProcess> next = clients(target);
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                List<JavaProcess> now = next;
                for (JavaProcess each : now) {
                    each.await();
                    each.say("fill up");
                }
                await().until(() -> server.active() >= CLIENTS * STREAMS);
                List<Long> killed = new ArrayList<>();
                for (JavaProcess each : now) {
                    killed.add(System.nanoTime());
                    each.kill();
                }
                int gone = round * CLIENTS;
                await().pollInterval(Duration.ofMillis(5))
                        .until(() -> noticed.size() >= gone && server.active() <= SURVIVORS);
                // Since the first was killed, until the last is noticed.
                left.add(Clock.millisSince(killed.get(0)));
                next = clients(target);
            }
        } finally {
            next.forEach(JavaProcess::close);
            traffic.close();
        }
        Report.row(
                "client killed while the server is full, " + ROUNDS * CLIENTS + " times",
                "kills " + ROUNDS * CLIENTS,
                traffic.ledger,
                left,
                "");
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        assertThat(traffic.ledger.cut.sum()).isZero();
        assertThat(survivor.snapshot().totals().lost()).isZero();
        assertThat(server.snapshot().totals().lost()).isGreaterThanOrEqualTo((long) ROUNDS * CLIENTS);
        // Of the streams that were idle when the clients were killed, at most these belonged to the survivor.
        long lost = (long) ROUNDS * (CLIENTS * STREAMS - SURVIVORS);
        assertThat(server.snapshot().totals().evicted())
                .hasEntrySatisfying("link-lost", evicted -> assertThat(evicted).isGreaterThanOrEqualTo(lost));
    }

    private static List<JavaProcess> clients(String target) {
        List<JavaProcess> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new JavaProcess(ClientProgram.class, target, Integer.toString(STREAMS)));
        }
        return clients;
    }
}
