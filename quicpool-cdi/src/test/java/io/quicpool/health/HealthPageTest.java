package io.quicpool.health;

import static io.quicpool.docs.Page.row;

import io.quicpool.PoolSnapshot;
import io.quicpool.PoolSnapshot.Peer;
import io.quicpool.PoolState;
import io.quicpool.cdi.PoolStatus;
import io.quicpool.config.PoolKind;
import io.quicpool.docs.Page;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** docs/health.md shows the text of the check for each state of a pool. */
class HealthPageTest {

    private static PoolSnapshot pool(
            PoolState state,
            boolean ready,
            String link,
            int peers,
            int idle,
            int capacity,
            @Nullable String lastError) {
        List<Peer> connections = IntStream.range(0, peers)
                .mapToObj(i -> new Peer(
                        new InetSocketAddress("10.0.0.9", 40_000 + i),
                        new InetSocketAddress("10.0.0." + (5 + i), 4433)))
                .toList();
        return PoolSnapshot.builder("orders")
                .state(state)
                .ready(ready)
                .link(link)
                .peers(connections)
                .idle(idle)
                .capacity(capacity)
                .lastError(lastError)
                .build();
    }

    private static String line(String situation, PoolSnapshot pool, boolean counts, boolean up, boolean insecure) {
        PoolStatus status = new PoolStatus(PoolKind.CLIENT, pool, counts, up, insecure);
        return row(situation, up || !counts ? "UP" : "DOWN", "`" + PoolsReadiness.text(status) + "`");
    }

    @Test
    void theDataAreThoseOfTheCode() {
        String refused = "cannot connect to 10.0.0.5:4433: nobody listens there";
        PoolState running = PoolState.RUNNING;
        PoolSnapshot lost = pool(running, false, "backoff", 0, 0, 8, refused);
        List<String> rows = List.of(
                line("ready", pool(running, true, "up", 1, 8, 8, null), true, true, false),
                line("exhausted: all in use", pool(running, true, "up", 1, 0, 64, null), true, true, false),
                line(
                        "all in use, and the server allows no more",
                        pool(
                                running,
                                true,
                                "up, no stream credit",
                                1,
                                0,
                                64,
                                "no stream credit: 10.0.0.5:4433 allows no more streams, 64 in use"),
                        true,
                        true,
                        false),
                line("peer lost, within the grace period", lost, true, true, false),
                line("peer lost for longer", lost, true, false, false),
                line("the same with `readiness.enabled=false`", lost, false, false, false),
                line("suspended", pool(PoolState.SUSPENDED, false, "up", 1, 8, 8, null), true, false, false),
                line(
                        "one of two targets",
                        pool(running, true, "1 of 2 up", 1, 8, 16, "orders@b:4433: " + refused),
                        true,
                        true,
                        false),
                line(
                        "one connection of two, the other is refused",
                        pool(
                                running,
                                true,
                                "1 of 2 up",
                                1,
                                8,
                                8,
                                "cannot connect to 10.0.0.5:4433: closed by the peer: too many connections; other connections are up"),
                        true,
                        true,
                        false),
                line("`tls-mode=insecure`", pool(running, true, "up", 1, 8, 8, null), true, true, true),
                line("a server with clients", pool(running, true, "listening", 6, 42, 1024, null), true, true, false),
                line(
                        "a server whose socket failed",
                        pool(running, false, "not listening", 0, 0, 1024, null),
                        true,
                        false,
                        false));
        Page.same(new Page("health.md").rows("## Data"), rows);
    }
}
