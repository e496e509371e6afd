package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quicpool.testing.TestCertificates;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServerPoolConfigTest {

    private static final KeyMaterial KEY = TestCertificates.selfSigned("localhost");

    private static ServerPoolConfigBuilder orders() {
        return ServerPoolConfig.builder().name("orders").listen("0.0.0.0:0").certificate(KEY);
    }

    /** BuildersTest says that the builder names those of the table. */
    @Test
    void hasTheDefaultsThatTheBuilderNames() {
        ServerPoolConfig config =
                ServerPoolConfig.builder().listen("[::]:4433").certificate(KEY).build();
        assertThat(config.listen()).isEqualTo(new Endpoint("::", 4433));
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        for (PoolOption<?> option : PoolKind.SERVER.options()) {
            if (option.use() == PoolOption.Use.POOL && option != PoolOptions.LISTEN) {
                assertThat((Object) config.find(option)).as(option.key()).isEqualTo(option.defaultOf(PoolKind.SERVER));
            }
        }
    }

    @Test
    void becomesABuilderWithEverySetting() {
        ServerPoolConfig config = orders().maxCapacity(1)
                .allowClient("10.0.0.0/8")
                .keepAlive(Duration.ofSeconds(1))
                .helloTimeout(Duration.ofSeconds(2))
                .maxStreamsPerConnection(3)
                .maxConnections(4)
                .maxPendingHellos(5)
                .maxWaiting(7)
                .maxPendingHandshakes(6)
                .maxHandlers(7)
                .handlerQueue(8)
                .handlerExecutor(HandlerExecutor.CONTAINER)
                .readTimeout(Duration.ofSeconds(9))
                .writeTimeout(Duration.ofSeconds(10))
                .addressValidation(true)
                .alpn("other")
                .transport("other-1")
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(config.toBuilder().allowClient("::1").build().allowedClients())
                .hasSize(2);
        assertThat(config.allowedClients()).hasSize(1);
    }

    @Test
    void allowsTheListedClientsOrAllIfTheListIsEmpty() throws Exception {
        InetAddress inside = InetAddress.getByName("10.1.2.3");
        InetAddress outside = InetAddress.getByName("11.1.2.3");
        assertThat(orders().build().allows(outside)).isTrue();
        ServerPoolConfig config =
                orders().allowClient("10.0.0.0/8").allowClient("fd00::1").build();
        assertThat(config.allows(inside)).isTrue();
        assertThat(config.allows(InetAddress.getByName("fd00::1"))).isTrue();
        assertThat(config.allows(outside)).isFalse();
        List<AddressRange> later = new ArrayList<>(List.of(AddressRange.parse("client-ip", "11.0.0.0/8")));
        ServerPoolConfig replaced =
                orders().allowClient("10.0.0.0/8").allowedClients(later).build();
        later.clear();
        assertThat(replaced.allows(inside)).isFalse();
        assertThat(replaced.allows(outside)).isTrue();
    }

    @ParameterizedTest
    @MethodSource
    void accepted(UnaryOperator<ServerPoolConfigBuilder> change) {
        assertThat(change.apply(orders()).build()).isNotNull();
    }

    static Stream<UnaryOperator<ServerPoolConfigBuilder>> accepted() {
        return Stream.of(
                s -> s.maxCapacity(1),
                s -> s.maxCapacity(65_536).maxStreamsPerConnection(65_536),
                s -> s.maxStreamsPerConnection(1024),
                s -> s.maxStreamsPerConnection(1_048_576),
                s -> s.maxConnections(1),
                s -> s.maxConnections(65_536),
                s -> s.maxPendingHellos(1),
                s -> s.maxWaiting(1),
                s -> s.maxWaiting(1_000_000),
                s -> s.maxPendingHellos(65_536),
                s -> s.maxHandlers(1),
                s -> s.maxHandlers(65_536),
                s -> s.handlerQueue(0),
                s -> s.handlerQueue(65_536),
                s -> s.readTimeout(Duration.ZERO),
                s -> s.readTimeout(Duration.ofHours(24)),
                s -> s.writeTimeout(Duration.ZERO),
                s -> s.writeTimeout(Duration.ofHours(24)),
                s -> s.maxPendingHandshakes(1),
                s -> s.maxPendingHandshakes(65_536),
                s -> s.keepAlive(Duration.ofMillis(700)),
                s -> s.keepAlive(Duration.ofMinutes(10)),
                s -> s.helloTimeout(Duration.ofMillis(100)),
                s -> s.helloTimeout(Duration.ofMinutes(10)));
    }

    private static Arguments row(UnaryOperator<ServerPoolConfigBuilder> change, String message) {
        return arguments(change, message);
    }

    @ParameterizedTest
    @MethodSource
    void refused(UnaryOperator<ServerPoolConfigBuilder> change, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> change.apply(orders()).build())
                .withMessage("server orders: " + message);
    }

    static Stream<Arguments> refused() {
        String most = ": must be from 1 to 65536";
        String room = ", or 0 to leave the choice to the engine";
        String streams = ": must be from max-capacity, which is ";
        return Stream.of(
                row(s -> s.maxHandlers(0), "max-handlers = 0" + most),
                row(s -> s.maxHandlers(65_537), "max-handlers = 65537" + most),
                row(s -> s.handlerQueue(-1), "handler-queue = -1: must be from 0 to 65536"),
                row(s -> s.readTimeout(Duration.ofMillis(-1)), "read-timeout = PT-0.001S: must be from 0s to 24h"),
                row(s -> s.writeTimeout(Duration.ofHours(25)), "write-timeout = 25h: must be from 0s to 24h"),
                row(s -> s.maxCapacity(0), "max-capacity = 0" + most),
                row(s -> s.maxCapacity(65_537), "max-capacity = 65537" + most),
                row(
                        s -> s.maxCapacity(20_000).maxStreamsPerConnection(16_384),
                        "max-streams-per-connection = 16384" + streams + "20000, to 1048576" + room),
                row(
                        s -> s.maxStreamsPerConnection(1023),
                        "max-streams-per-connection = 1023" + streams + "1024, to 1048576" + room),
                row(
                        s -> s.maxStreamsPerConnection(1_048_577),
                        "max-streams-per-connection = 1048577" + streams + "1024, to 1048576" + room),
                row(s -> s.maxConnections(0), "max-connections = 0" + most),
                row(s -> s.maxConnections(65_537), "max-connections = 65537" + most),
                row(s -> s.maxWaiting(0), "max-waiting = 0: must be from 1 to 1000000"),
                row(s -> s.maxPendingHellos(0), "max-pending-hellos = 0" + most),
                row(s -> s.maxPendingHandshakes(0), "max-pending-handshakes = 0" + most),
                row(s -> s.maxPendingHellos(65_537), "max-pending-hellos = 65537" + most),
                row(s -> s.keepAlive(Duration.ofMillis(699)), "keep-alive = 699ms: must be from 700ms to 10m"),
                row(s -> s.helloTimeout(Duration.ofMillis(99)), "hello-timeout = 99ms: must be from 100ms to 10m"),
                row(s -> s.helloTimeout(Duration.ofHours(1)), "hello-timeout = 1h: must be from 100ms to 10m"),
                row(
                        s -> s.clientAuth(ClientAuth.NEED),
                        "client-auth = need: needs trust-store or trust-certificates, with the issuers of the clients'"
                                + " certificates"),
                row(
                        s -> s.clientTrust(TrustMaterial.jdk()),
                        "trust-store = the JDK's trust store: can be set on a server only with client-auth want or need, not none"),
                row(s -> s.alpn("\u00e9"), "alpn = \u00e9: must be 1 to 255 visible ASCII characters"),
                row(s -> s.transport(""), "transport = : must be the name of an engine, such as kwik"));
    }

    @Test
    void needsAnAddressAndACertificate() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ServerPoolConfig.builder().certificate(KEY).build())
                .withMessage("server default: listen = (not set): must be HOST:PORT, such as 0.0.0.0:4433");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ServerPoolConfig.builder().listen("a:1").build())
                .withMessage("server default: certificate = (not set):"
                        + " a server needs a private key and its certificate");
    }

    @Test
    void refusesAClientThatIsNoAddress() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> orders().allowClient("orders"))
                .satisfies(e -> assertThat(e.property()).isEqualTo("client-ip"));
    }

    @Test
    void showsNoSecret() {
        String shown = orders().build().toString();
        assertThat(shown)
                .contains("certificate=CN=localhost " + KEY.fingerprint())
                .doesNotContain(SecretsOf.key(KEY));
    }
}
