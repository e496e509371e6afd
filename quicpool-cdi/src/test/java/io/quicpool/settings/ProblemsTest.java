package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quicpool.config.Durations;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A problem has the property as it was written, its value, its source and what is allowed. All problems are reported together. */
class ProblemsTest {

    private static final Pattern RANGE = Pattern.compile("(\\w+) to (\\d+\\w*)");
    private static final String SOURCE = " (from PropertiesConfigSource[source=test.properties])";
    private static final String C = "quicpool.client.\"a\".";
    private static final String S = "quicpool.server.\"a\".";
    private static final String SECRET = "correct-horse-battery";
    private static final KeyMaterial KEY = TestCertificates.selfSigned("orders");

    @TempDir
    static Path folder;

    @BeforeAll
    static void files() throws Exception {
        Files.writeString(folder.resolve("both.pem"), KeyFiles.pem(KEY) + KeyFiles.pem(KEY.certificateChain()));
        Files.writeString(folder.resolve("chain.pem"), KeyFiles.pem(KEY.certificateChain()));
        KeyFiles.keys(folder.resolve("keys.p12"), "PKCS12", SECRET, Map.of("mine", KEY));
        KeyFiles.certificate(
                folder.resolve("trust.p12"),
                "PKCS12",
                SECRET,
                KEY.certificateChain().get(0));
    }

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    private static List<String> problems(Config config) {
        Settings settings = SettingsReader.read(config);
        List<String> texts = settings.problems().stream().map(Problem::toString).toList();
        assertThat(texts).doesNotHaveDuplicates().allSatisfy(text -> assertThat(text)
                .doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]")
                .doesNotContain(SECRET));
        assertThat(settings.toString()).doesNotContain(SECRET);
        return texts;
    }

    private static Config client(String... namesAndValues) {
        Map<String, String> properties = Configs.map(C + "target", "peer:1");
        properties.putAll(Configs.map(namesAndValues));
        return Configs.of(properties, Map.of());
    }

    private static Config server(String... namesAndValues) {
        Map<String, String> properties = Configs.map(
                S + "listen", "localhost:0", S + "certificate", file("both.pem"), S + "private-key", file("both.pem"));
        properties.putAll(Configs.map(namesAndValues));
        return Configs.of(properties, Map.of());
    }

    private static Arguments bad(PoolKind kind, String key, String value, String allowed) {
        return arguments(kind, key, value, allowed);
    }

    private static String tooMuch(String most) {
        return most.matches("\\d+")
                ? Integer.toString(Integer.parseInt(most) + 1)
                : Durations.text(Durations.parse("most", most).plusMillis(1));
    }

    static Stream<Arguments> single() {
        PoolKind client = PoolKind.CLIENT;
        PoolKind server = PoolKind.SERVER;
        String form = "; must be HOST:PORT, such as orders:4433, 10.0.0.5:4433 or [::1]:4433";
        String duration = "must be a duration such as 500ms, 5s, 2m, 1h or PT5S (ISO-8601)";
        String number = "must be a whole number";
        List<Arguments> rows = new ArrayList<>(List.of(
                bad(client, "target", "peer", "has no port" + form),
                bad(client, "target", "a:1,,b:2", "has no port" + form),
                bad(client, "target", "a:1, a:1", "has a:1 twice"),
                bad(client, "target", "a:0", "the port must be from 1 to 65535"),
                bad(client, "target", "a:1@", "a zone must be 1 to 63 letters, digits, '.', '-' or '_'"),
                bad(client, "target", "stork://", "is no URI; must be SCHEME://NAME"),
                bad(client, "resolve", "some", "must be first or all"),
                bad(client, "zone", "eu 1", "must be 1 to 63 letters, digits, '.', '-' or '_'"),
                bad(client, "target", "server:", "has no port" + form),
                bad(
                        client,
                        "target",
                        "server:ingress",
                        "there is no server pool \"ingress\" in this application; the target must be server:NAME or"
                                + " HOST:PORT"),
                bad(client, "min-capacity", "many", number),
                bad(client, "min-capacity", "65", "must be from 1 to max-capacity, which is 64"),
                bad(client, "min-interval", "soon", duration),
                bad(client, "min-interval", "1ms", "must be from 10ms to max-interval, which is 5s"),
                bad(
                        client,
                        "tls-mode",
                        "3",
                        "must be 0 (insecure), 1 (self-signed) or 2 (verified), by number or by name"),
                bad(client, "hostname", "a:1", "must be a host name or an IP address without a port"),
                bad(client, "fingerprint", "abc", "must be 64 hex digits, colons allowed"),
                bad(client, "fingerprint", "ab".repeat(32), "can be set only with tls-mode self-signed, not verified"),
                bad(client, "trust-store", "/no/such/file", "there is no such file"),
                bad(client, "trust-certificates", "/no/such/file", "there is no such file"),
                bad(client, "trust-certificates", "a\u0000b", "must be the path of a file: Nul character not allowed"),
                bad(server, "listen", "4433", "has no port" + form),
                bad(server, "max-capacity", "1e3", number),
                bad(
                        server,
                        "client-ip",
                        "10.0.0.0/8,nobody",
                        "must be an IP address or a CIDR range, such as 10.1.2.3, 10.0.0.0/8, ::1 or fd00::/8"),
                bad(
                        server,
                        "max-streams-per-connection",
                        "5",
                        "must be from max-capacity, which is 1024, to 1048576, or 0 to leave the choice to the engine"),
                bad(server, "address-validation", "perhaps", "must be true or false"),
                bad(server, "handler-executor", "mine", "must be pool, container or virtual"),
                bad(client, "streams-per-connection", "many", number),
                bad(server, "client-auth", "yes", "must be none, want or need"),
                bad(
                        server,
                        "client-auth",
                        "need",
                        "needs trust-store or trust-certificates, with the issuers of the clients' certificates"),
                bad(server, "trust-store", "/no/such/file", "there is no such file"),
                bad(server, "trust-certificates", "/no/such/file", "there is no such file"),
                bad(server, "certificate", "/no/such/file", "there is no such file"),
                bad(server, "private-key", "/no/such/file", "there is no such file")));
        for (PoolKind kind : PoolKind.values()) {
            for (PoolOption<?> option : kind.options()) {
                Matcher range = RANGE.matcher(option.allowed());
                if (range.matches()) {
                    rows.add(bad(kind, option.key(), tooMuch(range.group(2)), "must be from " + option.allowed()));
                }
            }
            rows.addAll(List.of(
                    bad(kind, "enabled", "maybe", "must be true or false"),
                    bad(kind, "readiness.enabled", "1", "must be true or false"),
                    bad(kind, "jmx.enabled", "yes", "must be true or false"),
                    bad(kind, "readiness.grace", "-1s", duration),
                    bad(kind, "drain-timeout", "10", duration),
                    bad(kind, "leak-detection-threshold", "999ms", "must be from 1s to 24h, or 0s"),
                    bad(kind, "alpn", "two words", "must be 1 to 255 visible ASCII characters"),
                    bad(kind, "congestion-control", "vegas", "must be cubic, reno or bbr"),
                    bad(kind, "transport", "Kwik!", "must be the name of an engine, such as kwik"),
                    bad(kind, "alpn", "${not.there}", "has an expression that leads to no value")));
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource
    void single(PoolKind kind, String key, String value, String allowed) {
        String property = kind.prefix() + "\"a\"." + key;
        Config config = kind == PoolKind.CLIENT ? client(property, value) : server(property, value);
        String shown = value.startsWith("${") ? "(unknown)" : value.replace('\u0000', '?');
        assertThat(problems(config)).containsExactly(property + " = " + shown + SOURCE + ": " + allowed);
    }

    @Test
    void everyPropertyThatCanBeWrongIsTestedHere() {
        List<String> tested = new ArrayList<>();
        single().forEach(row -> tested.add(row.get()[0] + " " + row.get()[1]));
        for (PoolKind kind : PoolKind.values()) {
            for (PoolOption<?> property : kind.options()) {
                // Those of key stores go together, see below; a client's certificate is read as a server's.
                boolean elsewhere = property.key().startsWith("key-")
                        || property.key().startsWith("trust-store-")
                        || (kind == PoolKind.CLIENT
                                && (property == PoolOptions.CERTIFICATE || property == PoolOptions.PRIVATE_KEY));
                if (!elsewhere) {
                    assertThat(tested).contains(kind + " " + property.key());
                }
            }
        }
    }

    @Test
    void keyStores() {
        String[] store = {S + "certificate", "", S + "private-key", "", S + "key-store", file("keys.p12")};
        assertThat(problems(server(with(store, S + "key-store-password", SECRET))))
                .isEmpty();
        assertThat(problems(server(with(store, S + "key-store-password", "wrong"))))
                .containsExactly(S + "key-store = " + file("keys.p12") + SOURCE + ": the password is wrong");
        assertThat(problems(server(with(store, S + "key-store-password", SECRET, S + "key-alias", "yours"))))
                .containsExactly(S + "key-alias = yours" + SOURCE + ": is not a private key in " + file("keys.p12")
                        + "; it has [mine]");
        assertThat(problems(server(with(store, S + "key-store-password", SECRET, S + "key-store-type", "ZIP"))))
                .containsExactly(
                        S + "key-store-type = ZIP" + SOURCE + ": is not a known type of key store; use PKCS12 or JKS");
        assertThat(problems(server(S + "key-store", file("keys.p12"))))
                .containsExactly(S + "certificate = " + file("both.pem") + SOURCE
                        + ": cannot be combined with key-store; remove one of them");
        assertThat(problems(client(C + "private-key", file("both.pem"))))
                .containsExactly(
                        C + "certificate = (not set): must be a PEM file: certificate and private-key go together");
        assertThat(problems(client(C + "certificate", file("both.pem"))))
                .containsExactly(
                        C + "private-key = (not set): must be a PEM file: certificate and private-key go together");
        assertThat(problems(server(S + "private-key", file("chain.pem"))))
                .containsExactly(S + "private-key = " + file("chain.pem") + SOURCE
                        + ": has no private key; expected -----BEGIN PRIVATE KEY-----");
    }

    @Test
    void twoPemFilesThatAreWrong() {
        String neither = file("trust.p12");
        assertThat(problems(server(S + "certificate", "no.pem", S + "private-key", file("chain.pem"))))
                .hasSize(2)
                .anyMatch(
                        problem -> problem.startsWith(S + "certificate = no.pem" + SOURCE + ": there is no such file"))
                .contains(S + "private-key = " + file("chain.pem") + SOURCE
                        + ": has no private key; expected -----BEGIN PRIVATE KEY-----");
        assertThat(problems(server(S + "certificate", neither, S + "private-key", neither)))
                .as("one file that is no PEM file")
                .hasSize(1);
    }

    private static String[] with(String[] first, String... more) {
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void trustStores() {
        String[] store = {C + "trust-store", file("trust.p12")};
        assertThat(problems(client(with(store, C + "trust-store-password", SECRET))))
                .isEmpty();
        assertThat(problems(client(with(store, C + "trust-store-password", "wrong"))))
                .containsExactly(C + "trust-store = " + file("trust.p12") + SOURCE + ": the password is wrong");
        assertThat(problems(client(with(store, C + "trust-store-type", "ZIP"))))
                .containsExactly(C + "trust-store-type = ZIP" + SOURCE
                        + ": is not a known type of key store; use PKCS12 or JKS");
        assertThat(problems(client(
                        with(store, C + "trust-store-password", SECRET, C + "trust-certificates", file("chain.pem")))))
                .containsExactly(C + "trust-certificates = " + file("chain.pem") + SOURCE
                        + ": cannot be combined with trust-store; remove one of them");
        assertThat(problems(client(C + "trust-certificates", file("chain.pem"), C + "tls-mode", "0")))
                .containsExactly(C + "trust-certificates = " + file("chain.pem") + SOURCE
                        + ": can be set only with tls-mode verified, not insecure");
    }

    @Test
    void whatIsMissing() {
        assertThat(problems(Configs.of(C + "alpn", "x")))
                .containsExactly(C + "target = (not set):"
                        + " must be HOST:PORT, such as orders:4433, or several, separated by commas");
        assertThat(problems(Configs.of(S + "alpn", "x", S + "max-capacity", "20000")))
                .containsExactly(
                        S + "listen = (not set): must be HOST:PORT, such as 0.0.0.0:4433",
                        S + "certificate = (not set): a server needs a private key and its certificate");
        assertThat(problems(Configs.of(S + "listen", "localhost:0")))
                .containsExactly(S + "certificate = (not set): a server needs a private key and its certificate");
        assertThat(problems(Configs.of(C + "target", " ")))
                .containsExactly(C + "target =  " + SOURCE
                        + ": must be HOST:PORT, such as orders:4433, or several, separated by commas");
    }

    @Test
    void unknownProperties() {
        String not = SOURCE + ": there is no such property";
        Map<String, String> unknown = new LinkedHashMap<>();
        unknown.put(C + "tls-mdoe", "; did you mean " + C + "tls-mode?");
        unknown.put("quicpool.client.a.maxcapacity", "; did you mean quicpool.client.a.max-capacity?");
        unknown.put("quicpool.client.keepalive", "; did you mean quicpool.client.keep-alive?");
        unknown.put("quicpool.clients.a.target", "; did you mean quicpool.client.a.target?");
        unknown.put(C + "foo.bar", "");
        unknown.put(C + "listen", "");
        unknown.put("quicpool.client.\"open", "");
        unknown.put("quicpool.something", "");
        unknown.forEach((property, hint) ->
                assertThat(problems(client(property, "x"))).as(property).containsExactly(property + not + hint));
    }

    @Test
    void anInvalidName() {
        assertThat(problems(Configs.of("quicpool.client.\"a*b\".target", "peer:1")))
                .containsExactly(
                        "quicpool.client.\"a*b\".target = peer:1" + SOURCE + ": the pool's name must be 1 to 64"
                                + " characters without quotes, '*', '?' and control characters");
    }

    @Test
    void theVariableIsNamedAsItWasWritten() {
        assertThat(problems(Configs.of(
                        Configs.map(C + "target", "peer:1", C + "min-capacity", "1"),
                        Map.of("QUICPOOL_CLIENT__A__MIN_CAPACITY", "many"))))
                .containsExactly(
                        "QUICPOOL_CLIENT__A__MIN_CAPACITY = many (from EnvConfigSource): must be a whole number");
        assertThat(problems(Configs.of(
                        Configs.map("quicpool.client.a.target", "peer:1", "quicpool.client.alpn", "two words"),
                        Map.of())))
                .containsExactly(
                        "quicpool.client.alpn = two words" + SOURCE + ": must be 1 to 255 visible ASCII characters");
    }

    @Test
    void allProblemsOfAllPoolsAreReportedTogether() {
        List<String> problems = problems(Configs.of(
                C + "target",
                "nowhere",
                C + "min-capacity",
                "0",
                C + "keep-alive",
                "1ms",
                C + "tls-mode",
                "9",
                "quicpool.client.\"b\".alpn",
                "two words",
                S + "listen",
                "here",
                S + "certificate",
                "/no/such/file",
                S + "private-key",
                "/no/such/file",
                S + "max-connections",
                "none",
                "quicpool.client.\"b\".colour",
                "red"));
        assertThat(problems).hasSize(10);
        assertThat(problems).allMatch(problem -> problem.startsWith("quicpool."));
        SettingsException all = new SettingsException(
                List.of(new Problem("x = 1", "a file", "must be 2"), new Problem("y", null, "is not there")));
        assertThat(all)
                .hasMessage("quicpool cannot start: 2 problems in its configuration"
                        + "\n  - x = 1 (from a file): must be 2\n  - y: is not there");
        assertThat(all.problems()).hasSize(2);
    }

    @Test
    void theKeyIsNotShown() {
        Settings settings = SettingsReader.read(server());
        String der = Base64.getEncoder().encodeToString(KEY.privateKey().getEncoded());
        assertThat(settings.servers()).hasSize(1);
        assertThat(settings.toString()).doesNotContain(der).doesNotContain(der.substring(20, 60));
        assertThat(settings.servers().get(0).toString()).contains("CN=orders").doesNotContain(der);
        assertThat(problems(server(
                        S + "certificate",
                        "",
                        S + "private-key",
                        "",
                        S + "key-store-password",
                        "${" + SECRET + "}",
                        S + "key-store",
                        file("keys.p12"))))
                .containsExactly(
                        S + "key-store-password = (hidden)" + SOURCE + ": has an expression that leads to no value");
    }

    @Test
    void longValuesAndControlCharactersStayOnOneLine() {
        List<String> problems = problems(client(C + "alpn", "a\nb\u2028c" + "x".repeat(5000)));
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).hasSizeLessThan(400).contains("a?b?cxxx");
    }

    @Test
    void nothingIsThrownForAnyConfiguration() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] parts = {
            "quicpool",
            "client",
            "server",
            "\"a\"",
            "\"",
            "a",
            ".",
            "..",
            "target",
            "listen",
            "tls-mode",
            "QUICPOOL",
            "_",
            "__",
            "CLIENT",
            "TARGET",
            "min-capacity",
            "readiness.enabled",
            "%dev",
            "x",
            "certificate",
            "key-store"
        };
        String[] values = {
            "", " ", "1", "-1", "true", "peer:1", "a:1,b:2", "${x}", "5s", "/", "\u0000", "\"", "99999999999"
        };
        for (int round = 0; round < 2000; round++) {
            Map<String, String> properties = new LinkedHashMap<>();
            Map<String, String> variables = new LinkedHashMap<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                boolean variable = random.nextInt(4) == 0;
                StringBuilder name = new StringBuilder(variable ? "QUICPOOL_" : "quicpool.");
                for (int j = random.nextInt(5); j >= 0; j--) {
                    name.append(parts[random.nextInt(parts.length)]).append(random.nextBoolean() ? "." : "");
                }
                (variable ? variables : properties).put(name.toString(), values[random.nextInt(values.length)]);
            }
            try {
                assertThat(SettingsReader.read(Configs.of(properties, variables)))
                        .isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + properties + " " + variables, e);
            }
        }
    }
}
