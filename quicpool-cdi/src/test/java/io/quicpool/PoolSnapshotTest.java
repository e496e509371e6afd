package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.quicpool.PoolSnapshot.Peer;
import io.quicpool.config.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolSnapshotTest {

    /** Java writes a resolved address as {@code name/10.0.0.7:51000}. */
    @Test
    void aPeerShowsItsAddressesAsMessagesDo() throws Exception {
        byte[] ip = {10, 0, 0, 7};
        InetSocketAddress local = new InetSocketAddress(InetAddress.getByAddress("orders", ip), 51_000);
        Peer peer = new Peer(local, Endpoint.parse("target", "[::1]:4433").resolve());
        assertThat(peer).hasToString("Peer[local=10.0.0.7:51000, remote=[::1]:4433]");
    }

    @Test
    void aTestBuildsTheOneThatItNeeds() {
        PoolSnapshot snapshot = PoolSnapshot.builder("orders")
                .state(PoolState.RUNNING)
                .link("up")
                .idle(3)
                .totals(PoolTotals.builder()
                        .lost(2)
                        .evicted(Map.of("flush", 4L))
                        .build())
                .build();
        assertThat(snapshot)
                .hasToString(
                        "orders (RUNNING, connection up, idle 3, capacity 0, opening 0, taken 0, waiting 0, errors 0)");
        assertThat(snapshot.totals().lost()).isEqualTo(2);
        assertThat(snapshot.totals().evicted()).containsExactly(entry("flush", 4L));
        assertThat(snapshot.totals().refused()).isEmpty();
    }

    @Test
    void changingOneValueKeepsTheOthers() {
        PoolSnapshot old = PoolSnapshot.builder("orders")
                .state(PoolState.SUSPENDED)
                .ready(true)
                .link("1 of 2 up")
                .peers(List.of(new Peer(new InetSocketAddress(1), new InetSocketAddress(2))))
                .idle(3)
                .opening(4)
                .taken(5)
                .waiting(6)
                .capacity(7)
                .interval(Duration.ofSeconds(8))
                .errors(9)
                .lastError("refused")
                .totals(PoolTotals.builder().opened(10).build())
                .build();
        assertThat(old.toBuilder().build()).usingRecursiveComparison().isEqualTo(old);
        assertThat(old.toBuilder().idle(11).build())
                .usingRecursiveComparison()
                .ignoringFields("idle")
                .isEqualTo(old);
        assertThat(old.toBuilder().idle(11).build().idle()).isEqualTo(11);
    }
}
