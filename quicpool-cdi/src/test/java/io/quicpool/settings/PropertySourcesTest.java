package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Endpoint;
import io.quicpool.config.StreamTimeouts;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TlsMode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where properties are written, which one takes precedence, and which pools they make. */
class PropertySourcesTest {

    private static ClientPoolConfig onlyClient(String... namesAndValues) {
        Settings settings = SettingsReader.read(Configs.of(namesAndValues));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients()).hasSize(1);
        return settings.clients().get(0).config();
    }

    @Test
    void withoutAnyThereIsNoPool() {
        Settings settings = SettingsReader.read(Configs.of());
        assertThat(settings.clients()).isEmpty();
        assertThat(settings.servers()).isEmpty();
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.application()).isNull();
        assertThat(SettingsReader.read(Configs.of("quicpool.application", " shop "))
                        .application())
                .isEqualTo("shop");
    }

    @Test
    void hasTheDefaultsOfTheBuilder() {
        assertThat(onlyClient("quicpool.client.\"a\".target", "peer:1"))
                .isEqualTo(ClientPoolConfig.builder().name("a").target("peer:1").build());
    }

    @Test
    void quotedWinsOverPlainWinsOverTheOneForAll() {
        assertThat(onlyClient(
                                "quicpool.client.alpn", "all",
                                "quicpool.client.a.alpn", "plain",
                                "quicpool.client.\"a\".alpn", "quoted",
                                "quicpool.client.a.target", "peer:1")
                        .alpn())
                .isEqualTo("quoted");
        assertThat(onlyClient(
                                "quicpool.client.alpn", "all",
                                "quicpool.client.a.alpn", "plain",
                                "quicpool.client.a.target", "peer:1")
                        .alpn())
                .isEqualTo("plain");
        assertThat(onlyClient("quicpool.client.alpn", "all", "quicpool.client.a.target", "peer:1")
                        .alpn())
                .isEqualTo("all");
    }

    @Test
    void anEmptyValueIsTheDefaultWhateverIsSetForAll() {
        ClientPoolConfig config = onlyClient(
                "quicpool.client.hostname", "all.example",
                "quicpool.client.\"a\".hostname", "",
                "quicpool.client.\"a\".target", "peer:1");
        assertThat(config.hostname()).isNull();
    }

    @Test
    void namesMayHaveDotsAndBeLikeProperties() {
        assertThat(onlyClient("quicpool.client.\"orders.v2.target\".target", "peer:1")
                        .name())
                .isEqualTo("orders.v2.target");
        assertThat(onlyClient("quicpool.client.\"readiness\".target", "peer:1").name())
                .isEqualTo("readiness");
    }

    @Test
    void onePoolNeedsNoName() {
        assertThat(onlyClient("quicpool.client.target", "peer:1").name()).isEqualTo("default");
        Settings none = SettingsReader.read(Configs.of("quicpool.client.target", " "));
        assertThat(none.clients()).isEmpty();
        assertThat(none.problems()).isEmpty();
        assertThat(onlyClient("quicpool.client.target", "peer:1", "quicpool.client.\"a\".alpn", "x")
                        .name())
                .isEqualTo("a");
    }

    @Test
    void poolsCanBeSwitchedOff() {
        Settings settings = SettingsReader.read(Configs.of(
                "quicpool.client.\"a\".enabled", "false",
                "quicpool.client.\"a\".target", "no target at all",
                "quicpool.client.\"b\".target", "peer:1"));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients()).extracting(PoolSettings::name).containsExactly("b");
        assertThat(settings.disabled()).containsExactly("client \"a\"");
    }

    @Test
    void profilesAndExpressionsWork() {
        ClientPoolConfig config = onlyClient(
                "quicpool.client.\"a\".target", "${peer.host}:${peer.port:4433}",
                "peer.host", "orders.example",
                "quicpool.client.\"a\".alpn", "prod",
                "%dev.quicpool.client.\"a\".alpn", "dev",
                "%test.quicpool.client.\"b\".target", "never:1");
        assertThat(config.targets())
                .extracting(TargetAddress::endpoint)
                .containsExactly(new Endpoint("orders.example", 4433));
        assertThat(config.alpn()).isEqualTo("dev");
    }

    @Test
    void environmentVariablesWinOverAFileAndKeepItsName() {
        Settings settings = SettingsReader.read(Configs.of(
                Configs.map(
                        "quicpool.client.\"My.Orders-2\".target", "peer:1", "quicpool.client.plain.target", "peer:1"),
                Configs.map(
                        "QUICPOOL_CLIENT__MY_ORDERS_2__MIN_CAPACITY", "3",
                        "QUICPOOL_CLIENT__MY_ORDERS_2__READINESS_ENABLED", "false",
                        "QUICPOOL_CLIENT_PLAIN_MIN_CAPACITY", "4",
                        "QUICPOOL_CLIENT_ALPN", "from-env")));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients()).extracting(PoolSettings::name).containsExactly("My.Orders-2", "plain");
        assertThat(settings.clients().get(0).config().capacity().min()).isEqualTo(3);
        assertThat(settings.clients().get(0).readiness()).isFalse();
        assertThat(settings.clients().get(0).config().alpn()).isEqualTo("from-env");
        assertThat(settings.clients().get(1).config().capacity().min()).isEqualTo(4);
    }

    @Test
    void environmentVariablesAloneMakeAPool() {
        Settings settings = SettingsReader.read(Configs.of(
                Map.of(),
                Configs.map(
                        "QUICPOOL_CLIENT__ORDERS__TARGET", "peer:1",
                        "QUICPOOL_CLIENT__MY_STOCK__TARGET", "peer:2",
                        "QUICPOOL_CLIENT__MY_STOCK__TLS_MODE", "0",
                        "QUICPOOL_CLIENT_PLAIN_TARGET", "peer:3")));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients()).extracting(PoolSettings::name).containsExactly("my-stock", "orders", "plain");
        assertThat(settings.clients().get(0).config().tlsMode()).isEqualTo(TlsMode.INSECURE);
        Settings unnamed = SettingsReader.read(Configs.of(Map.of(), Map.of("QUICPOOL_CLIENT_TARGET", "peer:1")));
        assertThat(unnamed.problems()).isEmpty();
        assertThat(unnamed.clients()).extracting(PoolSettings::name).containsExactly("default");
    }

    @Test
    void variablesThatASystemMadeForServicesAreLeftAlone() {
        Settings settings = SettingsReader.read(Configs.of(
                Map.of(),
                Configs.map(
                        "QUICPOOL_SERVER_PORT", "tcp://10.0.0.1:80",
                        "QUICPOOL_SERVER_SERVICE_HOST", "10.0.0.1",
                        "QUICPOOL_SERVER_PORT_4433_UDP_ADDR", "10.0.0.1",
                        "QUICPOOL_CLIENT_SERVICE_PORT_QUIC", "4433",
                        "QUICPOOL_HOME", "/opt")));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients()).isEmpty();
        assertThat(settings.servers()).isEmpty();
    }

    @Test
    void oneEngineForAllPoolsOfBothKinds() throws Exception {
        Settings settings = SettingsReader.read(Configs.of(
                "quicpool.transport", "netty",
                "quicpool.client.a.target", "peer:1",
                "quicpool.client.b.target", "peer:1",
                "quicpool.client.b.transport", "kwik"));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients())
                .extracting(client -> client.config().transport())
                .containsExactly("netty", "kwik");
    }

    @Test
    void aTargetMayBeAServerPoolOfTheApplication() {
        Settings settings = SettingsReader.read(Configs.of(
                "quicpool.client.\"a\".target", "server:ingress",
                "quicpool.client.\"b\".target", "server:4433",
                "quicpool.server.\"ingress\".listen", "localhost:0"));
        assertThat(settings.clients()).extracting(PoolSettings::follows).containsExactly("ingress", null);
        assertThat(settings.clients().get(1).config().targets())
                .as("a host of that name")
                .extracting(TargetAddress::endpoint)
                .containsExactly(new Endpoint("server", 4433));
    }

    @Test
    void theSameTimeoutsForAllPoolsOfBothKinds() throws Exception {
        Map<String, String> written = Configs.map(
                "quicpool.read-timeout", "1m",
                "quicpool.write-timeout", "2m",
                "quicpool.client.write-timeout", "3m",
                "quicpool.client.a.target", "peer:1",
                "quicpool.client.b.target", "peer:1",
                "quicpool.client.b.read-timeout", "0s");
        Settings settings = SettingsReader.read(Configs.of(written, Map.of("QUICPOOL_READ_TIMEOUT", "4m")));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients())
                .extracting(client -> client.config().streamTimeouts())
                .containsExactly(
                        new StreamTimeouts(Duration.ofMinutes(4), Duration.ofMinutes(3)),
                        new StreamTimeouts(Duration.ZERO, Duration.ofMinutes(3)));
    }
}
