package io.quicpool.it.quicgo;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client of the Go package that must wait longer than the minute after which it gives up its connection. */
@Timeout(240)
class GoPackageWaitIT {

    private static final Duration MORE_THAN_A_MINUTE = Duration.ofSeconds(70);
    // A busy machine may delay a process for longer than the idle time-out of other tests.
    static final Duration PATIENT = Duration.ofSeconds(10);
    private static final int PLACES = 20;
    private static final int WANTED = 200;

    private static ServerPool server(Pools pools, String engine) {
        // It has credit for all streams that it wants. Those beyond the capacity wait at the server.
        return pools.server(
                s -> s.transport(engine).keepAlive(PATIENT).maxCapacity(PLACES).maxStreamsPerConnection(WANTED));
    }

    @Test
    void staysOnItsConnectionOverEachEngine() throws Exception {
        GoProgram.PACKAGE.built();
        List<GoProcess> clients = new ArrayList<>();
        try (Pools pools = new Pools()) {
            List<ServerPool> servers = List.of(server(pools, "kwik"), server(pools, "netty"));
            for (ServerPool server : servers) {
                clients.add(GoPackageIT.goClient(server, WANTED));
            }
            await().pollDelay(MORE_THAN_A_MINUTE)
                    .atMost(MORE_THAN_A_MINUTE.plus(SOON))
                    .until(() -> servers.stream().allMatch(server -> server.active() == PLACES));
            for (int i = 0; i < servers.size(); i++) {
                assertWorks(servers.get(i), clients.get(i));
            }
        } finally {
            clients.forEach(GoProcess::close);
        }
    }

    private static void assertWorks(ServerPool server, GoProcess client) throws Exception {
        for (int i = 0; i < 2 * PLACES; i++) {
            PooledStream stream = server.take(SOON);
            assertThat(client.ask("get " + stream.id())).isEqualTo("got " + stream.id());
            GoPackageIT.talk(client, stream);
        }
        assertThat(server.snapshot().totals().connects()).isOne();
        // A stream that waited too long is opened again, on the same connection.
        assertThat(server.snapshot().totals().refused())
                .allSatisfy((reason, count) -> assertThat(reason.equals("no-place") || count == 0)
                        .as("%s %d", reason, count)
                        .isTrue());
    }
}
