package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.PoolKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

/** Each problem is reported once, whatever else is wrong. Consequences of a problem are not reported. */
class SeveralProblemsTest {

    private static final String C = "quicpool.client.\"a\".";
    private static final String S = "quicpool.server.\"a\".";
    private static final String FROM = " (from PropertiesConfigSource[source=test.properties]): ";
    private static final String NAME =
            "the pool's name must be 1 to 64 characters without quotes, '*', '?' and control characters";
    private static final String NO_CERTIFICATE =
            "certificate = (not set): a server needs a private key and its certificate";
    private static final String NO_VALUE = "has an expression that leads to no value";

    private static List<String> problems(Config config) {
        return SettingsReader.read(config).problems().stream()
                .map(Problem::toString)
                .toList();
    }

    private static List<String> problems(String... namesAndValues) {
        return problems(Configs.of(namesAndValues));
    }

    // ---- nothing hides anything

    @Test
    void aDefaultThatIsOutOfBoundsHidesNothing() {
        assertThat(problems(C + "target", "peer:1", C + "max-capacity", "4", C + "keep-alive", "1ms"))
                .containsExactly(
                        C + "min-capacity = 8 (default): must be from 1 to max-capacity, which is 4",
                        C + "keep-alive = 1ms" + FROM + "must be from 700ms to 10m");
        assertThat(problems(C + "target", "peer:1", C + "max-interval", "100ms", C + "id-timeout", "1ms"))
                .containsExactly(
                        C + "min-interval = 500ms (default): must be from 10ms to max-interval, which is 100ms",
                        C + "id-timeout = 1ms" + FROM + "must be from 100ms to 10m");
        assertThat(problems(S + "listen", "localhost:0", S + "max-capacity", "20000", S + "max-connections", "0"))
                .containsExactly(S + "max-connections = 0" + FROM + "must be from 1 to 65536", S + NO_CERTIFICATE);
    }

    @Test
    void boundsInTheWrongOrderAreReportedOnceAndHideNothing() {
        assertThat(problems(
                        C + "target",
                        "peer:1",
                        C + "min-capacity",
                        "10",
                        C + "max-capacity",
                        "4",
                        C + "min-interval",
                        "1m",
                        C + "max-interval",
                        "1s",
                        C + "alpn",
                        "two words"))
                .containsExactly(
                        C + "min-capacity = 10" + FROM + "must be from 1 to max-capacity, which is 4",
                        C + "min-interval = 1m" + FROM + "must be from 10ms to max-interval, which is 1s",
                        C + "alpn = two words" + FROM + "must be 1 to 255 visible ASCII characters");
    }

    @Test
    void anInvalidNameHidesNothing() {
        String client = "quicpool.client.\"a*b\".";
        assertThat(problems(client + "target", "nowhere", client + "keep-alive", "1ms", client + "alpn", "two words"))
                .containsExactly(
                        client + "target = nowhere" + FROM
                                + "has no port; must be HOST:PORT, such as orders:4433, 10.0.0.5:4433 or [::1]:4433",
                        client + "target = nowhere" + FROM + NAME,
                        client + "keep-alive = 1ms" + FROM + "must be from 700ms to 10m",
                        client + "alpn = two words" + FROM + "must be 1 to 255 visible ASCII characters");
        String server = "quicpool.server.\"a*b\".";
        assertThat(problems(server + "listen", "localhost:0", server + "max-connections", "0"))
                .containsExactly(
                        server + "listen = localhost:0" + FROM + NAME,
                        server + "max-connections = 0" + FROM + "must be from 1 to 65536",
                        server + NO_CERTIFICATE);
    }

    @Test
    void anInvalidNameIsReportedWhereItIsWritten() {
        assertThat(problems("quicpool.client.target", "peer:1", "quicpool.client.\"a*b\".alpn", "x"))
                .containsExactly("quicpool.client.\"a*b\".alpn = x" + FROM + NAME);
        assertThat(problems("quicpool.client.target", "peer:1", "quicpool.client.\"a*b\".key-store-password", "secret"))
                .containsExactly("quicpool.client.\"a*b\".key-store-password = (hidden)" + FROM + NAME);
        assertThat(problems("quicpool.client.target", "peer:1", "quicpool.client.\"a*b\".alpn", "${not.there}"))
                .containsExactly(
                        "quicpool.client.\"a*b\".alpn = (unknown)" + FROM + NO_VALUE,
                        "quicpool.client.\"a*b\".alpn = (unknown)" + FROM + NAME);
    }

    @Test
    void aProblemOfAllPoolsIsReportedOnce() {
        Settings settings = SettingsReader.read(Configs.of(
                "quicpool.client.\"a\".target", "peer:1",
                "quicpool.client.\"b\".target", "peer:1",
                "quicpool.client.\"c\".target", "peer:1",
                "quicpool.client.\"c\".alpn", "x",
                "quicpool.client.alpn", "two words"));
        assertThat(settings.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "quicpool.client.alpn = two words" + FROM + "must be 1 to 255 visible ASCII characters");
        assertThat(settings.broken()).containsExactly("client \"a\"", "client \"b\"");
        assertThat(settings.clients()).extracting(PoolSettings::name).containsExactly("c");
    }

    // ---- no consequences are reported

    @Test
    void whatIsComparedWithABadValueIsNotBlamed() {
        assertThat(problems(C + "target", "peer:1", C + "max-capacity", "many", C + "min-capacity", "100"))
                .containsExactly(C + "max-capacity = many" + FROM + "must be a whole number");
        assertThat(problems(C + "target", "peer:1", C + "max-interval", "2h", C + "min-interval", "10s"))
                .containsExactly(C + "max-interval = 2h" + FROM + "must be from 10ms to 1h");
        assertThat(problems(C + "target", "peer:1", C + "min-capacity", "0", C + "max-capacity", "4"))
                .containsExactly(C + "min-capacity = 0" + FROM + "must be from 1 to max-capacity, which is 4");
        assertThat(problems(C + "target", "peer:1", C + "tls-mode", "pinned", C + "fingerprint", "ab".repeat(32)))
                .containsExactly(C + "tls-mode = pinned" + FROM
                        + "must be 0 (insecure), 1 (self-signed) or 2 (verified), by number or by name");
        assertThat(problems(
                        S + "listen",
                        "localhost:0",
                        S + "max-capacity",
                        "many",
                        S + "max-streams-per-connection",
                        "500"))
                .containsExactly(S + "max-capacity = many" + FROM + "must be a whole number", S + NO_CERTIFICATE);
    }

    @Test
    void aBadFingerprintIsReportedEvenIfTheModeIsBad() {
        assertThat(problems(C + "target", "peer:1", C + "tls-mode", "pinned", C + "fingerprint", "abc"))
                .containsExactly(
                        C + "tls-mode = pinned" + FROM
                                + "must be 0 (insecure), 1 (self-signed) or 2 (verified), by number or by name",
                        C + "fingerprint = abc" + FROM + "must be 64 hex digits, colons allowed");
    }

    /** Each pair of values is bad on its own, whatever the others are. */
    private static Map<String, String> bad(PoolKind kind) {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("enabled", "maybe");
        bad.put("drain-timeout", "2h");
        bad.put("readiness.enabled", "${not.there}");
        bad.put("readiness.grace", "PT-1S");
        bad.put("jmx.enabled", "yes");
        bad.put("keep-alive", "1ms");
        bad.put("read-timeout", "PT-1S");
        bad.put("write-timeout", "25h");
        bad.put("max-capacity", "70000");
        bad.put("alpn", "two words");
        bad.put("transport", "Kwik!");
        bad.put("certificate", "no/such/file");
        if (kind == PoolKind.CLIENT) {
            bad.put("target", "nowhere");
            bad.put("min-capacity", "0");
            bad.put("min-interval", "1ms");
            bad.put("max-interval", "2h");
            bad.put("connect-timeout", "soon");
            bad.put("id-timeout", "11m");
            bad.put("tls-mode", "3");
            bad.put("hostname", "a:1");
            bad.put("fingerprint", "abc");
            bad.put("trust-store", "no/such/file");
        } else {
            bad.put("listen", "here");
            bad.put("client-ip", "10.0.0.1/8");
            bad.put("hello-timeout", "1ms");
            bad.put("max-streams-per-connection", "-1");
            bad.put("max-connections", "0");
            bad.put("max-pending-hellos", "-1");
            bad.put("handler-executor", "mine");
            bad.put("max-handlers", "0");
            bad.put("handler-queue", "-1");
        }
        return bad;
    }

    @Test
    void anyBadValuesOfAnyPoolsAreReportedTogetherAndEachOnce() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            Map<String, String> properties = new LinkedHashMap<>();
            List<String> expected = new ArrayList<>();
            for (PoolKind kind : PoolKind.values()) {
                for (String name : List.of("a", "b.c")) {
                    String prefix = kind.prefix() + "\"" + name + "\".";
                    properties.put(prefix + kind.requiredKey(), "localhost:1");
                    properties.put(prefix + "certificate", "no/such/certificate");
                    properties.put(prefix + "private-key", "no/such/key");
                    List<String> keys = new ArrayList<>(bad(kind).keySet());
                    Collections.shuffle(keys, random);
                    for (String key : keys.subList(0, random.nextInt(keys.size() + 1))) {
                        properties.put(prefix + key, bad(kind).get(key));
                        expected.add(prefix + key);
                    }
                    // Both files are missing, whatever else is wrong.
                    expected.remove(prefix + "certificate");
                    expected.add(prefix + "certificate");
                    expected.add(prefix + "private-key");
                }
            }
            assertThat(SettingsReader.read(Configs.of(properties, Map.of())).problems())
                    .as("seed %d: %s", seed, properties)
                    .extracting(problem ->
                            problem.what().substring(0, problem.what().indexOf(" = ")))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    // ---- expressions

    @Test
    void anExpressionThatLeadsToItselfIsAProblem() {
        assertThat(problems(C + "target", "${quicpool.client.\"a\".target}"))
                .containsExactly(C + "target = (unknown)" + FROM + NO_VALUE);
        assertThat(problems(C + "target", "peer:1", C + "alpn", "${b}", "b", "${c}", "c", "${b}"))
                .containsExactly(C + "alpn = (unknown)" + FROM + NO_VALUE);
        Config config = Configs.of(C + "enabled", "${quicpool.client.\"a\".enabled}", C + "target", "peer:1");
        assertThat(problems(config)).containsExactly(C + "enabled = (unknown)" + FROM + NO_VALUE);
        assertThat(SettingsReader.names(config).get(PoolKind.CLIENT)).containsExactly("a");
    }

    @Test
    void anExpressionWithoutAValueIsAProblemOutsideOfNamedPoolsToo() {
        assertThat(problems("quicpool.client.target", "${not.there}"))
                .containsExactly("quicpool.client.target = (unknown)" + FROM + NO_VALUE);
        assertThat(problems("quicpool.application", "${not.there}"))
                .containsExactly("quicpool.application = (unknown)" + FROM + NO_VALUE);
        assertThat(problems("quicpool.colour", "${not.there}"))
                .containsExactly("quicpool.colour" + FROM + "there is no such property");
    }

    @Test
    void aPasswordWithAnExpressionWithoutAValueIsTheOnlyProblem() {
        assertThat(problems(
                        C + "target",
                        "peer:1",
                        C + "trust-store",
                        "no/such/file",
                        C + "trust-store-password",
                        "${hunter2}",
                        C + "key-store",
                        "no/such/file",
                        C + "key-store-password",
                        "${hunter2}"))
                .containsExactly(
                        C + "trust-store-password = (hidden)" + FROM + NO_VALUE,
                        C + "key-store-password = (hidden)" + FROM + NO_VALUE);
    }
}
