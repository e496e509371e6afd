package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.AddressRange;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientAuth;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.Durations;
import io.quicpool.config.Endpoint;
import io.quicpool.config.Fingerprint;
import io.quicpool.config.HandlerExecutor;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import io.quicpool.config.ResolveMode;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.StreamTimeouts;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every property arrives where it belongs. */
class PropertiesTest {

    private static final KeyMaterial KEY = TestCertificates.selfSigned("orders");
    private static final String DIGITS = "ab".repeat(32);

    @TempDir
    static Path folder;

    @BeforeAll
    static void files() throws Exception {
        Files.writeString(folder.resolve("key.pem"), KeyFiles.pem(KEY));
        Files.writeString(folder.resolve("chain.pem"), KeyFiles.pem(KEY.certificateChain()));
        KeyFiles.keys(folder.resolve("keys.jks"), "JKS", "secret", Map.of("mine", KEY, "other", other()));
        KeyFiles.certificate(
                folder.resolve("trust.jks"),
                "JKS",
                "secret",
                KEY.certificateChain().get(0));
    }

    private static KeyMaterial other() {
        return TestCertificates.selfSigned("other");
    }

    /** What is set, and what it must become. */
    private record Row(
            PoolKind kind,
            Set<PoolOption<?>> properties,
            List<String> keysAndValues,
            Function<PoolSettings<?>, Object> actual,
            Object expected) {
        @Override
        public String toString() {
            return kind.text() + " " + String.join(" ", keysAndValues).replace(folder.toString(), "FOLDER");
        }
    }

    private static Row row(
            PoolKind kind, Function<PoolSettings<?>, Object> actual, Object expected, String... keysAndValues) {
        Set<PoolOption<?>> properties = new HashSet<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            PoolOption<?> property = kind.option(keysAndValues[i]);
            assertThat(property).as(keysAndValues[i]).isNotNull();
            properties.add(property);
        }
        return new Row(kind, properties, List.of(keysAndValues), actual, expected);
    }

    private static Row client(Function<ClientPoolConfig, Object> actual, Object expected, String... keysAndValues) {
        return row(PoolKind.CLIENT, pool -> actual.apply((ClientPoolConfig) pool.config()), expected, keysAndValues);
    }

    private static Row server(Function<ServerPoolConfig, Object> actual, Object expected, String... keysAndValues) {
        return row(PoolKind.SERVER, pool -> actual.apply((ServerPoolConfig) pool.config()), expected, keysAndValues);
    }

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    static Stream<Row> rows() {
        Duration second = Duration.ofSeconds(1);
        List<Row> rows = new ArrayList<>(List.of(
                client(
                        ClientPoolConfig::targets,
                        List.of(TargetAddress.of(new Endpoint("a", 1)), TargetAddress.of(new Endpoint("::1", 2))),
                        "target",
                        "a:1, [::1]:2"),
                client(
                        ClientPoolConfig::capacity,
                        new CapacityBounds(3, 99),
                        "min-capacity",
                        "3",
                        "max-capacity",
                        "99"),
                client(
                        ClientPoolConfig::interval,
                        new IntervalBounds(Duration.ofMillis(250), Duration.ofMinutes(2)),
                        "min-interval",
                        "250ms",
                        "max-interval",
                        "2m"),
                client(ClientPoolConfig::maxWaiting, 5, "max-waiting", "5"),
                client(ClientPoolConfig::keepAlive, second, "keep-alive", "1s"),
                client(ClientPoolConfig::connectTimeout, second, "connect-timeout", "PT1S"),
                client(ClientPoolConfig::idTimeout, second, "id-timeout", "pt1s"),
                client(ClientPoolConfig::tlsMode, TlsMode.INSECURE, "tls-mode", "0"),
                client(ClientPoolConfig::tlsMode, TlsMode.SELF_SIGNED, "tls-mode", "self-signed"),
                client(ClientPoolConfig::tlsMode, TlsMode.VERIFIED, "tls-mode", "2"),
                client(ClientPoolConfig::resolve, ResolveMode.ALL, "resolve", "all"),
                client(config -> config.option(PoolOptions.ZONE), "eu-1", "zone", "eu-1"),
                client(ClientPoolConfig::serverName, "orders.example", "hostname", "orders.example"),
                client(
                        config -> Objects.requireNonNull(config.fingerprint()),
                        new Fingerprint(DIGITS),
                        "fingerprint",
                        DIGITS,
                        "tls-mode",
                        "1"),
                client(
                        config -> issuers(config).get(0),
                        KEY.certificateChain().get(0),
                        "trust-store",
                        file("trust.jks"),
                        "trust-store-type",
                        "JKS",
                        "trust-store-password",
                        "secret"),
                client(
                        config -> issuers(config).get(0),
                        KEY.certificateChain().get(0),
                        "trust-certificates",
                        file("chain.pem")),
                client(ClientPoolConfig::alpn, "other", "alpn", "other"),
                client(ClientPoolConfig::transport, "netty", "transport", "netty"),
                client(ClientPoolConfig::streamsPerConnection, 16, "streams-per-connection", "16"),
                client(
                        config -> Objects.requireNonNull(config.congestionControl()),
                        CongestionControl.RENO,
                        "congestion-control",
                        "Reno"),
                server(ServerPoolConfig::listen, new Endpoint("0.0.0.0", 4433), "listen", "0.0.0.0:4433"),
                server(ServerPoolConfig::maxCapacity, 99, "max-capacity", "99"),
                server(ServerPoolConfig::maxWaiting, 6, "max-waiting", "6"),
                server(
                        ServerPoolConfig::allowedClients,
                        List.of(AddressRange.parse("x", "10.0.0.0/8"), AddressRange.parse("x", "::1")),
                        "client-ip",
                        "10.0.0.0/8, ::1"),
                server(ServerPoolConfig::keepAlive, second, "keep-alive", "1000ms"),
                server(ServerPoolConfig::helloTimeout, second, "hello-timeout", "1s"),
                server(ServerPoolConfig::maxStreamsPerConnection, 2000, "max-streams-per-connection", "2000"),
                server(ServerPoolConfig::maxConnections, 7, "max-connections", "7"),
                server(ServerPoolConfig::maxPendingHellos, 8, "max-pending-hellos", "8"),
                server(ServerPoolConfig::maxPendingHandshakes, 9, "max-pending-handshakes", "9"),
                server(ServerPoolConfig::addressValidation, true, "address-validation", "true"),
                server(ServerPoolConfig::alpn, "other", "alpn", "other"),
                server(ServerPoolConfig::transport, "netty", "transport", "netty"),
                server(
                        config -> Objects.requireNonNull(config.congestionControl()),
                        CongestionControl.BBR,
                        "congestion-control",
                        "bbr"),
                server(
                        config -> Objects.requireNonNull(config.clientTrust())
                                .trustManager()
                                .getAcceptedIssuers()[0],
                        KEY.certificateChain().get(0),
                        "client-auth",
                        "need",
                        "trust-certificates",
                        file("chain.pem")),
                server(
                        ServerPoolConfig::clientAuth,
                        ClientAuth.WANT,
                        "client-auth",
                        "WANT",
                        "trust-store",
                        file("trust.jks"),
                        "trust-store-type",
                        "JKS",
                        "trust-store-password",
                        "secret"),
                server(config -> config.handlers().max(), 10, "max-handlers", "10"),
                server(config -> config.handlers().queue(), 0, "handler-queue", "0"),
                server(config -> config.handlers().executor(), HandlerExecutor.POOL, "handler-executor", "pool"),
                server(
                        config -> config.handlers().executor(),
                        HandlerExecutor.CONTAINER,
                        "handler-executor",
                        "Container")));
        for (PoolKind kind : PoolKind.values()) {
            for (PoolOption<?> option : kind.options()) {
                String value = another(option, kind);
                if (value != null) {
                    Object expected = option.parse(value);
                    rows.add(row(
                            kind, pool -> ((PoolConfig) pool.config()).option(option), expected, option.key(), value));
                }
            }
            rows.add(row(kind, pool -> timeouts(pool).read(), second, "read-timeout", "1s"));
            rows.add(row(kind, pool -> timeouts(pool).write(), Duration.ZERO, "write-timeout", "0s"));
            rows.add(row(kind, PoolSettings::drainTimeout, second, "drain-timeout", "1s"));
            rows.add(row(kind, PoolSettings::readiness, false, "readiness.enabled", "false"));
            rows.add(row(kind, PoolSettings::readinessGrace, Duration.ofHours(1), "readiness.grace", "1h"));
            rows.add(row(kind, PoolSettings::jmx, false, "jmx.enabled", "FALSE"));
            rows.add(row(kind, PoolSettings::name, "orders", "enabled", "True"));
            rows.add(row(
                    kind,
                    PropertiesTest::key,
                    KEY.fingerprint(),
                    "certificate",
                    file("chain.pem"),
                    "private-key",
                    file("key.pem")));
            rows.add(row(
                    kind,
                    PropertiesTest::key,
                    KEY.fingerprint(),
                    "key-store",
                    file("keys.jks"),
                    "key-store-type",
                    "JKS",
                    "key-store-password",
                    "secret",
                    "key-alias",
                    "mine"));
        }
        return rows.stream();
    }

    // Other than the default, and within bounds.
    private static @Nullable String another(PoolOption<?> option, PoolKind kind) {
        Object value = option.defaultOf(kind);
        if (option.use() != PoolOption.Use.POOL || option == PoolOptions.MAX_STREAMS_PER_CONNECTION) {
            return null;
        }
        if (value instanceof Integer number) {
            return Integer.toString(number + 1);
        }
        if (value instanceof Duration duration) {
            return Durations.text(duration.plusSeconds(1));
        }
        return value instanceof Boolean flag ? Boolean.toString(!flag) : null;
    }

    private static List<Object> issuers(ClientPoolConfig config) {
        return List.of(
                (Object[]) Objects.requireNonNull(config.trust()).trustManager().getAcceptedIssuers());
    }

    private static StreamTimeouts timeouts(PoolSettings<?> pool) {
        return pool.config() instanceof ClientPoolConfig client
                ? client.streamTimeouts()
                : ((ServerPoolConfig) pool.config()).streamTimeouts();
    }

    private static Object key(PoolSettings<?> pool) {
        KeyMaterial key = pool.config() instanceof ClientPoolConfig client
                ? client.clientCertificate()
                : ((ServerPoolConfig) pool.config()).certificate();
        return Objects.requireNonNull(key).fingerprint();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void arrives(Row row) {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < row.keysAndValues.size(); i += 2) {
            written.add(row.kind.prefix() + "\"orders\"." + row.keysAndValues.get(i));
            written.add(row.keysAndValues.get(i + 1));
        }
        // What a pool cannot be without; one that the row sets comes later and wins.
        List<String> all = new ArrayList<>();
        if (row.kind == PoolKind.CLIENT) {
            all.addAll(List.of("quicpool.client.\"orders\".target", "peer:1"));
        } else {
            all.addAll(List.of("quicpool.server.\"orders\".listen", "localhost:0"));
            if (!row.properties.contains(PoolOptions.KEY_STORE)) {
                all.addAll(List.of(
                        "quicpool.server.\"orders\".certificate",
                        file("chain.pem"),
                        "quicpool.server.\"orders\".private-key",
                        file("key.pem")));
            }
        }
        all.addAll(written);
        Settings settings = SettingsReader.read(Configs.of(all.toArray(String[]::new)));
        assertThat(settings.problems()).isEmpty();
        PoolSettings<?> pool = row.kind == PoolKind.CLIENT
                ? settings.clients().get(0)
                : settings.servers().get(0);
        assertThat(row.actual.apply(pool)).isEqualTo(row.expected);
    }

    @Test
    void noPropertyIsForgottenHere() {
        for (PoolKind kind : PoolKind.values()) {
            Set<PoolOption<?>> left = new HashSet<>(kind.options());
            rows().filter(row -> row.kind == kind).forEach(row -> left.removeAll(row.properties));
            assertThat(left).as(kind.text()).isEmpty();
        }
    }
}
