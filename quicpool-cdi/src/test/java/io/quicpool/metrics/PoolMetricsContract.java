package io.quicpool.metrics;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolSnapshot;
import io.quicpool.PoolStartException;
import io.quicpool.PoolTimeoutException;
import io.quicpool.PoolTotals;
import io.quicpool.PooledStream;
import io.quicpool.RequestTimeoutException;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.config.Endpoint;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.TargetAddress;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What both bindings do, with real pools. */
abstract class PoolMetricsContract {

    final Pools pools = new Pools();

    abstract PoolMetrics metrics();

    /** All values now, each as {@code name{a=b,c=d}}, with the attributes in order and without those that are empty. */
    abstract Map<String, Double> values();

    /** The sums of the times of all histograms in seconds, by the same names. */
    abstract Map<String, Double> sums();

    static String name(String metric, Map<String, String> attributes) {
        return metric
                + new TreeMap<>(attributes)
                        .entrySet().stream()
                                .filter(each -> !each.getValue().isEmpty())
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .collect(Collectors.joining(",", "{", "}"));
    }

    private Map<String, Double> of(String pool) {
        Map<String, Double> of = new TreeMap<>(values());
        of.keySet().removeIf(name -> !name.contains("pool=" + pool + ",") && !name.contains("pool=" + pool + "}"));
        return of;
    }

    private static String target(ServerPool server) {
        return ",target=127.0.0.1:" + server.localAddress().getPort();
    }

    @AfterEach
    void close() {
        pools.close();
    }

    private void agree(String pool, String target, PoolSnapshot now) {
        String tail = "pool=" + pool;
        String of = (target.isEmpty() ? "{kind=server," : "{kind=client,") + tail;
        PoolTotals totals = now.totals();
        assertThat(of(pool))
                .containsEntry("quicpool.ready" + of + "}", 1.0)
                .containsEntry("quicpool.stream.count" + of + ",state=idle" + target + "}", (double) now.idle())
                .containsEntry("quicpool.stream.count" + of + ",state=used" + target + "}", (double) now.taken())
                .containsEntry("quicpool.stream.count" + of + ",state=opening" + target + "}", (double) now.opening())
                .containsEntry("quicpool.stream.capacity" + of + target + "}", (double) now.capacity())
                .containsEntry("quicpool.stream.pending_requests" + of + "}", (double) now.waiting())
                .containsEntry("quicpool.stream.timeouts" + of + "}", (double) totals.timeouts())
                .containsEntry("quicpool.stream.takes" + of + target + "}", (double) totals.handedOut())
                .containsEntry("quicpool.stream.create_failures" + of + target + "}", (double) totals.failed())
                .containsEntry("quicpool.stream.leaks" + of + target + "}", (double) totals.leaked())
                .containsEntry("quicpool.stream.create_time" + of + target + "}", (double) totals.opened())
                .containsEntry("quicpool.connection.count" + of + target + "}", (double)
                        now.peers().size())
                .containsEntry("quicpool.connection.connects" + of + target + "}", (double) totals.connects())
                .containsEntry("quicpool.connection.losses" + of + target + "}", (double) totals.lost());
        totals.evicted().forEach((reason, count) -> assertThat(of(pool))
                .containsEntry("quicpool.stream.evictions" + of + ",reason=" + reason + target + "}", (double) count));
        totals.refused().forEach((reason, count) -> assertThat(of(pool))
                .containsEntry("quicpool.refusals" + of + ",reason=" + reason + "}", (double) count));
    }

    @Test
    void valuesAreThoseOfTheSnapshotOnBothSides() throws Exception {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress").maxCapacity(20));
        ClientPool client =
                pools.client(server, c -> c.name("orders").capacity(4, 4).option(PoolOptions.MAX_IN_USE, 9));
        awaitIdle(client, 4);
        PooledStream used = client.take(SOON);
        client.take(SOON).close();
        client.flush();
        assertThatThrownBy(() -> client.take(used.id(), Duration.ofMillis(20)))
                .isInstanceOf(PoolTimeoutException.class);
        await().untilAsserted(() -> {
            awaitIdle(client, 4);
            agree("orders", target(server), client.snapshot());
            agree("ingress", "", server.snapshot());
        });
        assertThat(of("orders"))
                .containsEntry("quicpool.stream.count{kind=client,pool=orders,state=used" + target(server) + "}", 1.0)
                .containsEntry("quicpool.stream.timeouts{kind=client,pool=orders}", 1.0)
                .containsEntry("quicpool.stream.wait_time{kind=client,outcome=timed-out,pool=orders}", 1.0)
                .containsEntry(
                        "quicpool.stream.use_time{kind=client,outcome=closed,pool=orders" + target(server) + "}", 1.0)
                .containsEntry("quicpool.stream.idle.min{kind=client,pool=orders" + target(server) + "}", 4.0)
                .containsEntry("quicpool.stream.idle.max{kind=client,pool=orders" + target(server) + "}", 4.0)
                .containsEntry("quicpool.stream.max{kind=client,pool=orders" + target(server) + "}", 9.0)
                .containsEntry("quicpool.target.count{kind=client,pool=orders,state=up" + target(server) + "}", 1.0)
                .containsEntry("quicpool.target.count{kind=client,pool=orders,state=down" + target(server) + "}", 0.0);
        assertThat(of("ingress"))
                .containsEntry("quicpool.stream.idle.max{kind=server,pool=ingress}", 20.0)
                .containsEntry("quicpool.handler.count{kind=server,pool=ingress,state=running}", 0.0)
                .doesNotContainKey("quicpool.stream.idle.min{kind=server,pool=ingress}")
                .doesNotContainKey("quicpool.stream.max{kind=server,pool=ingress}");
        assertThat(sums().get("quicpool.stream.wait_time{kind=client,outcome=timed-out,pool=orders}"))
                .isBetween(0.019, (double) SOON.toSeconds());
    }

    @Test
    void requestsHaveADurationByOutcomeOnBothSides() throws Exception {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        server.answer(request -> request.bytes().length == 1 ? CompletableFuture.completedFuture(new byte[1]) : never);
        ClientPool client = pools.client(server, c -> c.name("orders"));
        client.requestBlocking(new byte[1], SOON);
        client.requestBlocking(new byte[1], SOON);
        assertThatThrownBy(() -> client.requestBlocking(new byte[2], Duration.ofMillis(200)))
                .isInstanceOf(RequestTimeoutException.class);
        await().untilAsserted(() -> assertThat(values())
                .containsEntry("quicpool.request.duration{kind=client,outcome=answered,pool=orders}", 2.0)
                .containsEntry("quicpool.request.duration{kind=client,outcome=timed-out,pool=orders}", 1.0)
                .containsEntry("quicpool.request.duration{kind=server,outcome=answered,pool=ingress}", 2.0)
                .containsEntry("quicpool.request.duration{kind=server,outcome=cancelled,pool=ingress}", 1.0));
        assertThat(sums().get("quicpool.request.duration{kind=client,outcome=timed-out,pool=orders}"))
                .isBetween(0.199, (double) SOON.toSeconds());
    }

    @Test
    void allThatIsReadIsInTheCatalogue() {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        pools.client(server, c -> c.name("orders").option(PoolOptions.MAX_IN_USE, 9));
        Set<String> names = new TreeSet<>();
        values().keySet().forEach(name -> names.add(name.substring(0, name.indexOf('{'))));
        // Histograms come with their first time.
        names.removeIf(name -> name.endsWith("_time"));
        assertThat(names)
                .containsExactlyInAnyOrderElementsOf(
                        Metric.read().stream().map(Metric::text).toList());
    }

    @Test
    void aClosedPoolLeavesNothingToRead() {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        for (int i = 0; i < 3; i++) {
            ClientPool client = pools.client(server, c -> c.name("orders").capacity(2, 2));
            awaitIdle(client, 2);
            assertThat(of("orders")).isNotEmpty();
            pools.close(client);
            assertThat(readOf("orders")).isEmpty();
        }
        assertThat(readOf("ingress")).isNotEmpty();
        pools.close(server);
        assertThat(readOf("ingress")).isEmpty();
    }

    @Test
    void aPoolThatCouldNotStartLeavesNothingToRead() {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        String taken = "127.0.0.1:" + server.localAddress().getPort();
        assertThatThrownBy(() -> pools.server(s -> s.name("second"), taken)).isInstanceOf(PoolStartException.class);
        assertThat(readOf("second")).isEmpty();
    }

    /** Without histograms, which a library may keep. */
    private Set<String> readOf(String pool) {
        Set<String> names = new TreeSet<>(of(pool).keySet());
        names.removeIf(name -> name.contains("_time{"));
        return names;
    }

    @Test
    void eachTargetHasItsValuesAndWaitsAreOfThePool() throws Exception {
        pools.observedBy(metrics());
        ServerPool first = pools.server(s -> s.name("first"));
        ServerPool second = pools.server(s -> s.name("second"));
        ClientPool client =
                pools.client(first, c -> c.name("orders").capacity(2, 2).targets(targets(first, second)));
        awaitIdle(client, 4);
        client.take(SOON).close();
        client.take(SOON).close();
        assertThatThrownBy(() -> client.take(new StreamId(-7), Duration.ofMillis(20)))
                .isInstanceOf(PoolTimeoutException.class);
        await().untilAsserted(() -> {
            for (ServerPool each : List.of(first, second)) {
                assertThat(of("orders"))
                        .containsEntry(
                                "quicpool.stream.count{kind=client,pool=orders,state=idle" + target(each) + "}", 2.0)
                        .containsEntry("quicpool.stream.takes{kind=client,pool=orders" + target(each) + "}", 1.0)
                        .containsEntry(
                                "quicpool.stream.use_time{kind=client,outcome=closed,pool=orders" + target(each) + "}",
                                1.0);
            }
        });
        assertThat(of("orders"))
                .containsEntry("quicpool.stream.timeouts{kind=client,pool=orders}", 1.0)
                .containsEntry("quicpool.stream.wait_time{kind=client,outcome=timed-out,pool=orders}", 1.0);
        pools.close(second);
        await().untilAsserted(() -> assertThat(of("orders"))
                .containsEntry("quicpool.target.count{kind=client,pool=orders,state=up" + target(first) + "}", 1.0)
                .containsEntry("quicpool.target.count{kind=client,pool=orders,state=down" + target(second) + "}", 1.0));
        pools.close(client);
        assertThat(readOf("orders")).isEmpty();
    }

    private static TargetAddress target(int port) {
        return TargetAddress.of(new Endpoint("127.0.0.1", port));
    }

    private static List<TargetAddress> targets(ServerPool... servers) {
        return Stream.of(servers)
                .map(each -> target(each.localAddress().getPort()))
                .toList();
    }

    @Test
    void aSecondPoolOfTheNameHasNoMetricsAndIsLogged() {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        ClientPool client = pools.client(server, c -> c.name("orders").capacity(2, 2));
        awaitIdle(client, 2);
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            ClientPool second = pools.client(server, c -> c.name("orders").capacity(3, 3));
            awaitIdle(second, 3);
            assertThat(log.lines()).contains("client orders: no metrics, another open pool has this name");
            assertThat(of("orders"))
                    .containsEntry(
                            "quicpool.stream.count{kind=client,pool=orders,state=idle" + target(server) + "}", 2.0);
            pools.close(second);
        }
        assertThat(readOf("orders")).isNotEmpty();
    }

    @Test
    void manyTargetsShareOneValue() {
        pools.observedBy(metrics());
        List<TargetAddress> nobody = IntStream.rangeClosed(1, PoolReadings.MAX_TARGETS + 3)
                .mapToObj(PoolMetricsContract::target)
                .toList();
        pools.client("127.0.0.1:9", c -> c.name("orders").capacity(1, 1).targets(nobody));
        Map<String, Double> values = of("orders");
        assertThat(values)
                .containsEntry("quicpool.target.count{kind=client,pool=orders,state=down,target=other}", 3.0)
                .containsEntry("quicpool.target.count{kind=client,pool=orders,state=down,target=127.0.0.1:1}", 1.0);
        assertThat(values.keySet().stream().filter(name -> name.startsWith("quicpool.stream.takes{")))
                .hasSize(PoolReadings.MAX_TARGETS + 1);
    }
}
