package io.quicpool.stork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TargetSource;
import io.quicpool.config.TargetSourceProvider;
import io.quicpool.testing.Pools;
import io.smallrye.stork.Stork;
import io.smallrye.stork.api.ServiceDefinition;
import io.smallrye.stork.api.config.ConfigWithType;
import io.smallrye.stork.servicediscovery.dns.DnsConfiguration;
import io.smallrye.stork.servicediscovery.staticlist.StaticConfiguration;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The instances that Stork finds become targets, and follow its discovery. */
class StorkTargetsTest {

    private static final class Told implements TargetSource.Listener {

        final List<Collection<TargetAddress>> targets = new CopyOnWriteArrayList<>();
        final List<String> failures = new CopyOnWriteArrayList<>();

        @Override
        public String pool() {
            return "orders";
        }

        @Override
        public void targets(Collection<TargetAddress> now) {
            targets.add(now);
        }

        @Override
        public void failed(Throwable cause) {
            failures.add(cause.toString());
        }

        List<String> last() {
            return targets.isEmpty()
                    ? List.of()
                    : targets.get(targets.size() - 1).stream()
                            .map(TargetAddress::toString)
                            .toList();
        }
    }

    private final Told told = new Told();
    private TargetSource.Subscription open = () -> {};

    @AfterEach
    void close() {
        open.close();
        Stork.shutdown();
    }

    private static TargetSource source(String uri) {
        ClientPoolConfig config = ClientPoolConfig.builder()
                .target(uri)
                .resolveInterval(Duration.ofMillis(100))
                .build();
        return ServiceLoader.load(TargetSourceProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.scheme().equals("stork"))
                .findFirst()
                .orElseThrow()
                .source(URI.create(uri), config);
    }

    private static void define(String service, ConfigWithType discovery) {
        Stork.initialize();
        Stork.getInstance().defineIfAbsent(service, ServiceDefinition.of(discovery));
    }

    @Test
    void aStaticList() {
        define("orders", new StaticConfiguration().withAddressList("10.0.0.1:4433, [::1]:4434, orders-1.example:4435"));
        open = source("stork://orders").open(told);
        await().untilAsserted(() ->
                assertThat(told.last()).containsExactly("10.0.0.1:4433", "[::1]:4434", "orders-1.example:4435"));
        assertThat(told.failures).isEmpty();
    }

    @Test
    void recordsOfDns() throws Exception {
        try (DnsServer dns = new DnsServer()) {
            dns.service("_orders._udp.example", "a.example:4433", "b.example:4434");
            dns.addresses("a.example", "127.0.0.1");
            dns.addresses("b.example", "127.0.0.2", "127.0.0.3");
            define(
                    "orders",
                    new DnsConfiguration()
                            .withDnsServers(dns.address())
                            .withHostname("_orders._udp.example")
                            .withRecordType("SRV")
                            .withRefreshPeriod("1")
                            .withFailOnError("true"));
            open = source("stork://orders").open(told);
            await().untilAsserted(() -> assertThat(told.last())
                    .containsExactlyInAnyOrder("127.0.0.1:4433", "127.0.0.2:4434", "127.0.0.3:4434"));

            dns.service("_orders._udp.example", "b.example:4434");
            await().untilAsserted(() ->
                    assertThat(told.last()).containsExactlyInAnyOrder("127.0.0.2:4434", "127.0.0.3:4434"));

            dns.fail(true);
            int before = told.targets.size();
            await().until(() -> told.targets.size() > before + 20 || !told.failures.isEmpty());
            assertThat(told.last())
                    .as("the last known ones")
                    .containsExactlyInAnyOrder("127.0.0.2:4434", "127.0.0.3:4434");
        }
    }

    /** A pool whose targets are those of a name server: one is added, another one is removed. */
    @Test
    void aPoolFollowsTheRecords() throws Exception {
        int port = Pools.freePort();
        try (Pools pools = new Pools();
                DnsServer dns = new DnsServer()) {
            for (int i = 1; i <= 3; i++) {
                pools.server(s -> s, "127.0.0." + i + ":" + port);
            }
            dns.service("_orders._udp.example", "a.example:" + port);
            dns.addresses("a.example", "127.0.0.1", "127.0.0.2");
            define(
                    "orders",
                    new DnsConfiguration()
                            .withDnsServers(dns.address())
                            .withHostname("_orders._udp.example")
                            .withRecordType("SRV")
                            .withRefreshPeriod("1"));
            ClientPool client =
                    pools.client("stork://orders", c -> c.capacity(2, 2).resolveInterval(Duration.ofSeconds(1)));
            await().until(() ->
                    client.members().stream().filter(ClientPool::ready).count() == 2);
            dns.addresses("a.example", "127.0.0.2", "127.0.0.3");
            await().untilAsserted(() -> assertThat(client.members())
                    .filteredOn(ClientPool::ready)
                    .extracting(ClientPool::name)
                    .containsExactlyInAnyOrder("client@127.0.0.2:" + port, "client@127.0.0.3:" + port));
        }
    }

    @Test
    void aServiceThatStorkDoesNotKnow() {
        open = source("stork://orders").open(told);
        await().untilAsserted(() -> assertThat(told.failures)
                .anyMatch(failure -> failure.contains("No service configuration defined for name orders")));
        assertThat(told.targets).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stork://orders/path", "stork://orders?zone=a", "stork://orders#a"})
    void refusesWhatItDoesNotUse(String uri) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> source(uri))
                .withMessage("target = " + uri + ": must be stork://SERVICE, without anything after it");
    }
}
