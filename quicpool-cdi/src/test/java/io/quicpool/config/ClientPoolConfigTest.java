package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quicpool.testing.TestCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPoolConfigTest {

    private static final TargetResolver NOWHERE =
            target -> List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
    private static final TargetSource NOBODY = listener -> () -> {};
    private static final String DIGITS = "ab".repeat(32);

    private static ClientPoolConfigBuilder orders() {
        return ClientPoolConfig.builder().name("orders").target("orders:4433");
    }

    @Test
    void hasTheDefaultsThatTheBuilderNames() {
        ClientPoolConfig config = ClientPoolConfig.builder().target("peer:1").build();
        assertThat(config)
                .isEqualTo(ClientPoolConfig.builder()
                        .name("default")
                        .target(new Endpoint("peer", 1))
                        .resolve(ResolveMode.FIRST)
                        .resolveInterval(Duration.ofSeconds(30))
                        .tlsMode(TlsMode.VERIFIED)
                        .capacity(8, 64)
                        .interval(Duration.ofMillis(500), Duration.ofSeconds(5))
                        .keepAlive(Duration.ofSeconds(10))
                        .connectTimeout(Duration.ofSeconds(5))
                        .idTimeout(Duration.ofSeconds(10))
                        .readTimeout(Duration.ofSeconds(30))
                        .writeTimeout(Duration.ofSeconds(30))
                        .maxWaiting(10_000)
                        .streamsPerConnection(0)
                        .alpn("np-quic")
                        .transport("auto")
                        .build());
        assertThat(config.targetSource()).isNull();
        assertThat(config.targetUri()).isNull();
        assertThat(config.hostname()).isNull();
        assertThat(config.fingerprint()).isNull();
        assertThat(config.trust()).isNull();
        assertThat(config.clientCertificate()).isNull();
        assertThat(config.congestionControl()).isNull();
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.serverName()).isEqualTo("peer");
    }

    @Test
    void becomesABuilderWithEverySetting() {
        ClientPoolConfig pinned = orders().hostname("orders.example")
                .tlsMode("self-signed")
                .fingerprint(DIGITS)
                .clientCertificate(TestCertificates.selfSigned("client"))
                .capacity(2, 3)
                .interval(Duration.ofSeconds(1), Duration.ofSeconds(2))
                .keepAlive(Duration.ofSeconds(3))
                .connectTimeout(Duration.ofSeconds(4))
                .idTimeout(Duration.ofSeconds(6))
                .readTimeout(Duration.ofSeconds(8))
                .writeTimeout(Duration.ZERO)
                .maxWaiting(7)
                .streamsPerConnection(7)
                .congestionControl(CongestionControl.RENO)
                .alpn("other")
                .transport("other-1")
                .build();
        assertThat(pinned).hasNoNullFieldsOrPropertiesExcept("source", "resolver", "trust");
        assertThat(pinned.toBuilder().build()).isEqualTo(pinned);
        ClientPoolConfig found = ClientPoolConfig.builder()
                .targetSource(NOBODY)
                .resolver(NOWHERE)
                .hostname("orders")
                .trust(TrustMaterial.jdk())
                .build();
        assertThat(found.toBuilder().build()).isEqualTo(found);
        assertThat(found.toBuilder().name("b").build().name()).isEqualTo("b");
        assertThat(found.name()).isEqualTo("default");
    }

    @Test
    void hasTheTargetsInTheirOrderAndTheSettingsOfEach() {
        ClientPoolConfig config = orders().target("b:2, [::1]:3,a:1").build();
        assertThat(config.targets())
                .extracting(TargetAddress::endpoint)
                .containsExactly(new Endpoint("b", 2), new Endpoint("::1", 3), new Endpoint("a", 1));
        ClientPoolConfig second = config.only(config.targets().get(1));
        assertThat(second.serverName()).isEqualTo("::1");
        assertThat(second.toBuilder().targets(config.targets()).build()).isEqualTo(config);
    }

    @Test
    void serverNameIsTheHostNameFirst() {
        assertThat(orders().hostname("a").build().serverName()).isEqualTo("a");
        assertThat(orders().hostname("a.").build().serverName()).isEqualTo("a");
        ClientPoolConfig found = ClientPoolConfig.builder().targetSource(NOBODY).build();
        assertThat(found.serverName()).isEqualTo("localhost");
        TargetAddress told = TargetAddress.builder(new Endpoint("10.0.0.5", 1))
                .serverName("orders.example.")
                .build();
        assertThat(found.only(told).serverName()).isEqualTo("orders.example");
        assertThat(found.only(told).targetSource()).isNull();
    }

    @Test
    void eachAddressOfANameIsATargetOnlyIfAskedFor() {
        assertThat(orders().build().targetSource()).isNull();
        ClientPoolConfig all = orders().resolve(ResolveMode.ALL).build();
        assertThat(all.targetSource()).isNotNull();
        assertThat(all.only(all.targets().get(0)).targetSource()).isNull();
        assertThat(all.toBuilder().build()).isEqualTo(all);
    }

    @ParameterizedTest
    @MethodSource
    void accepted(UnaryOperator<ClientPoolConfigBuilder> change) {
        assertThat(change.apply(orders()).build()).isNotNull();
    }

    static Stream<UnaryOperator<ClientPoolConfigBuilder>> accepted() {
        return Stream.of(
                c -> c.keepAlive(Duration.ofMillis(700)),
                c -> c.keepAlive(Duration.ofMinutes(10)),
                c -> c.connectTimeout(Duration.ofMillis(100)),
                c -> c.connectTimeout(Duration.ofMinutes(10)),
                c -> c.idTimeout(Duration.ofMillis(100)),
                c -> c.maxWaiting(1),
                c -> c.maxWaiting(1_000_000),
                c -> c.idTimeout(Duration.ofMinutes(10)),
                c -> c.alpn("!"),
                c -> c.alpn("~".repeat(255)),
                c -> c.transport("k"),
                c -> c.name("\u00e9 \ud83d\ude00, a=b:c"),
                c -> c.name("n".repeat(64)),
                c -> c.hostname("::1"),
                c -> c.hostname("orders_1.example").tlsMode(TlsMode.INSECURE),
                c -> c.tlsMode(TlsMode.SELF_SIGNED));
    }

    private static Arguments row(UnaryOperator<ClientPoolConfigBuilder> change, String message) {
        return arguments(change, message);
    }

    @ParameterizedTest
    @MethodSource
    void refused(UnaryOperator<ClientPoolConfigBuilder> change, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> change.apply(orders()).build())
                .withMessage("client orders: " + message);
    }

    static Stream<Arguments> refused() {
        String keepAlive = ": must be from 700ms to 10m";
        String timeout = ": must be from 100ms to 10m";
        String alpn = ": must be 1 to 255 visible ASCII characters";
        String hostname = ": must be a host name or an IP address without a port";
        return Stream.of(
                row(c -> c.readTimeout(Duration.ofHours(25)), "read-timeout = 25h: must be from 0s to 24h"),
                row(c -> c.writeTimeout(Duration.ofMillis(-1)), "write-timeout = PT-0.001S: must be from 0s to 24h"),
                row(c -> c.keepAlive(Duration.ofMillis(699)), "keep-alive = 699ms" + keepAlive),
                row(c -> c.keepAlive(Duration.ofSeconds(601)), "keep-alive = 601s" + keepAlive),
                row(c -> c.connectTimeout(Duration.ofMillis(99)), "connect-timeout = 99ms" + timeout),
                row(c -> c.connectTimeout(Duration.ofMinutes(11)), "connect-timeout = 11m" + timeout),
                row(c -> c.maxWaiting(0), "max-waiting = 0: must be from 1 to 1000000"),
                row(c -> c.idTimeout(Duration.ZERO), "id-timeout = 0s" + timeout),
                row(c -> c.idTimeout(Duration.ofMinutes(11)), "id-timeout = 11m" + timeout),
                row(c -> c.streamsPerConnection(-1), "streams-per-connection = -1: must be from 0 to 1048576"),
                row(
                        c -> c.streamsPerConnection(1_048_577),
                        "streams-per-connection = 1048577: must be from 0 to 1048576"),
                row(c -> c.alpn(""), "alpn = " + alpn),
                row(c -> c.alpn("np quic"), "alpn = np quic" + alpn),
                row(c -> c.alpn("~".repeat(256)), "alpn = " + "~".repeat(256) + alpn),
                row(c -> c.transport("Kwik"), "transport = Kwik: must be the name of an engine, such as kwik"),
                row(c -> c.minCapacity(100), "min-capacity = 100: must be from 1 to max-capacity, which is 64"),
                row(c -> c.maxCapacity(7), "min-capacity = 8: must be from 1 to max-capacity, which is 7"),
                row(c -> c.maxCapacity(65_537), "max-capacity = 65537: must be from 1 to 65536"),
                row(
                        c -> c.minInterval(Duration.ofSeconds(6)),
                        "min-interval = 6s: must be from 10ms to max-interval, which is 5s"),
                row(
                        c -> c.maxInterval(Duration.ofMillis(400)),
                        "min-interval = 500ms: must be from 10ms to max-interval, which is 400ms"),
                row(c -> c.hostname(" "), "hostname =  " + hostname),
                row(c -> c.hostname("a:1"), "hostname = a:1" + hostname),
                row(c -> c.hostname("a\nb"), "hostname = a?b" + hostname),
                row(c -> c.target("a:1, b:2, a:1"), "target = a:1, b:2, a:1: has a:1 twice"),
                row(
                        c -> c.targets(IntStream.rangeClosed(1, 65)
                                .mapToObj(port -> TargetAddress.of(new Endpoint("a", port)))
                                .toList()),
                        "target = "
                                + IntStream.rangeClosed(1, 65)
                                        .mapToObj(port -> "a:" + port)
                                        .collect(Collectors.joining(", "))
                                + ": has more than 64 targets"),
                row(
                        c -> c.targetSource(NOBODY),
                        "target = orders:4433: either a target or a source must be given, and only one"),
                row(c -> c.target("a:1@x, a:1@y"), "target = a:1@x, a:1@y: has a:1 twice"),
                row(c -> c.resolveInterval(Duration.ofMillis(99)), "resolve-interval = 99ms: must be from 100ms to 1h"),
                row(
                        c -> c.fingerprint(DIGITS),
                        "fingerprint = " + new Fingerprint(DIGITS)
                                + ": can be set only with tls-mode self-signed, not verified"),
                row(
                        c -> c.trust(TrustMaterial.jdk()).tlsMode(TlsMode.INSECURE),
                        "trust-store = the JDK's trust store: can be set only with tls-mode verified, not insecure"));
    }

    @Test
    void needsAPeer() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ClientPoolConfig.builder().build())
                .withMessage(
                        "client default: target = (not set): either a target or a source must be given, and only one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a\"b",
                "a*",
                "a?",
                "a\nb",
                "a\u0000",
                "a\u0085b",
                "a\u2028b",
                "a name of sixty-five characters, which is one more than there may be"
            })
    void refusesANameThatIsNoPartOfAnother(String name) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> orders().name(name).build())
                .withMessage("name = " + Printable.line(name)
                        + ": must be 1 to 64 characters without quotes, '*', '?' and control characters");
    }

    @Test
    void showsNoSecret() {
        KeyMaterial key = TestCertificates.selfSigned("client");
        String shown = orders().clientCertificate(key).build().toString();
        assertThat(shown)
                .contains("clientCertificate=CN=client " + key.fingerprint())
                .doesNotContain(SecretsOf.key(key));
    }
}
