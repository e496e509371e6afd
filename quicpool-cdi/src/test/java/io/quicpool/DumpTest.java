package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The times of the last minute, and the text with everything that a pool knows. */
class DumpTest {

    private static final int MAX_LENGTH = 64 * 1024;

    private final Pools pools = new Pools();
    private final RawPeer raw = new RawPeer();

    @AfterEach
    void close() {
        raw.close();
        pools.close();
    }

    private static void assertTimes(RecentTimes times, long count) {
        assertThat(times.count()).isEqualTo(count);
        assertThat(times.p50()).isPositive().isLessThanOrEqualTo(times.p99());
        assertThat(times.p99()).isLessThanOrEqualTo(times.max());
        assertThat(times.max()).isLessThan(SOON);
    }

    @Test
    void aPoolKnowsTheTimesOfTheLastMinute() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2).interval(SOON, SOON));
        assertThat(server.recentUses().max()).isZero();
        awaitIdle(client, 2);
        List<PooledStream> taken = new ArrayList<>();
        while (client.recentWaits().count() < 3) {
            taken.add(client.take(SOON));
        }
        taken.forEach(PooledStream::close);
        assertTimes(client.recentWaits(), 3);
        assertTimes(client.recentUses(), taken.size());
        assertTimes(client.recentOpens(), client.snapshot().totals().opened());
        assertThat(client.recentWaits().max())
                .isEqualTo(client.snapshot().totals().waitMax());
    }

    @Test
    void theTextOfAServerHasItsRefusals() throws Exception {
        ServerPool server = pools.server(s -> s.name("orders").maxWaiting(7));
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(server, 2);
        RawPeer.open(raw.connect(server.localAddress()), 99);
        await().until(() -> server.snapshot().totals().refused().getOrDefault("bad-hello", 0L) == 1);
        client.take(SOON).close();
        String text = server.dump();
        assertThat(text)
                .startsWith("server orders at 20")
                .contains("settings: ServerPoolConfig{name=orders, listen=127.0.0.1:")
                .contains("max-waiting=7")
                .containsPattern("now: RUNNING, listening, idle \\d, ")
                .contains("connections: 2\n  Peer[local=127.0.0.1:")
                .contains("refused: {bad-hello=1}")
                .containsPattern(
                        "last refusals: 1\n  20.*Z refused 127.0.0.1:\\d+: its stream does not begin with the hello")
                .contains("opens in the last minute: ")
                .doesNotContain("PRIVATE KEY");
        assertThat(client.dump())
                .startsWith("client client at 20")
                .contains("capacity from 2 to 2, interval ")
                .contains("uses in the last minute: 1, median ")
                .contains("last refusals: none");
    }

    @Test
    void theTextOfSeveralTargetsHasTheMembersAndIsBounded() {
        List<String> targets = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            targets.add("127.0.0.1:" + i);
        }
        ClientPool group = pools.client(String.join(", ", targets), c -> c.name("o".repeat(40)));
        assertThatThrownBy(() -> group.take(Duration.ofMillis(10))).isInstanceOf(PoolTimeoutException.class);
        String text = group.dump();
        assertThat(text)
                .contains("timeouts 1,")
                .contains("\nmember " + "o".repeat(40) + "@127.0.0.1:1\nsettings: ")
                .endsWith("... and 24 members more\n")
                .hasSizeLessThanOrEqualTo(MAX_LENGTH);
    }
}
