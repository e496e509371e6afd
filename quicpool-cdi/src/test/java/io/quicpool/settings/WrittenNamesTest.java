package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.PoolKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pool a property belongs to, and its name in messages. */
class WrittenNamesTest {

    private static final String C = "quicpool.client.\"a\".";
    private static final String FROM = " (from PropertiesConfigSource[source=test.properties]): ";

    private static List<String> problems(Settings settings) {
        return settings.problems().stream().map(Problem::toString).toList();
    }

    private static List<String> problems(String... namesAndValues) {
        return problems(SettingsReader.read(Configs.of(namesAndValues)));
    }

    // ---- whose it is

    @Test
    void whatIsForAllPoolsIsNotOfAPoolThatIsNamedLikeIt() {
        Settings settings = SettingsReader.read(Configs.of(
                "quicpool.client.\"jmx\".target", "peer:1",
                "quicpool.client.\"readiness\".target", "peer:1",
                "quicpool.client.jmx.enabled", "false",
                "quicpool.client.readiness.enabled", "false"));
        assertThat(problems(settings)).isEmpty();
        assertThat(settings.disabled()).isEmpty();
        assertThat(settings.clients()).hasSize(2).allSatisfy(pool -> {
            assertThat(pool.jmx()).isFalse();
            assertThat(pool.readiness()).isFalse();
        });
    }

    @Test
    void whatIsOfOnePoolIsNotOfAnotherWhoseNameHasADot() {
        Settings settings = SettingsReader.read(Configs.of(
                "quicpool.client.\"a\".target", "peer:1",
                "quicpool.client.\"a.readiness\".target", "peer:2",
                "quicpool.client.a.readiness.enabled", "false"));
        assertThat(problems(settings)).isEmpty();
        assertThat(settings.clients()).extracting(PoolSettings::name).containsExactly("a", "a.readiness");
        assertThat(settings.clients()).extracting(PoolSettings::readiness).containsExactly(false, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE", " false ", "\tFalse"})
    void switchesOffHoweverItIsWritten(String value) {
        var config = Configs.of(C + "target", "peer:1", C + "enabled", value);
        assertThat(SettingsReader.read(config).disabled()).containsExactly("client \"a\"");
        assertThat(SettingsReader.read(config).clients()).isEmpty();
        assertThat(SettingsReader.names(config).get(PoolKind.CLIENT)).isEmpty();
    }

    @Test
    void anApplicationWithoutANameHasItsDefault() {
        assertThat(SettingsReader.read(Configs.of("quicpool.application", " ")).application())
                .isNull();
    }

    // Kubernetes makes variables of each port of a service that has a name, and that may be one of our keys.
    @ParameterizedTest
    @CsvSource({
        "QUICPOOL_SERVER_SERVICE_PORT_LISTEN, 4433",
        "QUICPOOL_SERVER_SERVICE_PORT_TRANSPORT, 4433",
        "QUICPOOL_CLIENT_SERVICE_PORT_TARGET, 4433",
        "QUICPOOL_CLIENT_ORDERS_SERVICE_PORT_ALPN, 4433",
        "QUICPOOL_SERVER_PORT, tcp://10.0.0.1:4433",
        "QUICPOOL_CLIENT_SERVICE_HOST, 10.0.0.1"
    })
    void variablesOfServicesMakeNoPool(String variable, String value) {
        Settings settings = SettingsReader.read(Configs.of(Map.of(), Map.of(variable, value)));
        assertThat(problems(settings)).isEmpty();
        assertThat(settings.broken()).isEmpty();
        Settings withPool = SettingsReader.read(Configs.of(Map.of(C + "target", "peer:1"), Map.of(variable, value)));
        assertThat(problems(withPool)).isEmpty();
        assertThat(withPool.clients()).extracting(PoolSettings::name).containsExactly("a");
    }

    // ---- how it is called

    @ParameterizedTest
    @CsvSource({
        "quicpool.client.\"a\".min-capacity, QUICPOOL_CLIENT__A__MIN_CAPACITY",
        "quicpool.client.a.min-capacity, QUICPOOL_CLIENT_A_MIN_CAPACITY",
        "quicpool.client.min-capacity, QUICPOOL_CLIENT_MIN_CAPACITY"
    })
    void aVariableThatWinsOverAFileIsNamed(String property, String variable) {
        Map<String, String> file = Configs.map(C + "target", "peer:1", property, "3");
        assertThat(problems(SettingsReader.read(Configs.of(file, Map.of(variable, "many")))))
                .containsExactly(variable + " = many (from EnvConfigSource): must be a whole number");
        assertThat(SettingsReader.read(Configs.of(file, Map.of())).problems()).isEmpty();
    }

    @Test
    void aPropertyOfAFileIsNamedWhenVariablesAreOfOthers() {
        assertThat(problems(SettingsReader.read(Configs.of(
                        Configs.map(C + "target", "peer:1", C + "min-capacity", "many"),
                        Map.of("QUICPOOL_CLIENT__A__ALPN", "x")))))
                .containsExactly(C + "min-capacity = many" + FROM + "must be a whole number");
    }

    @Test
    void onlyExistingNamesAreSuggested() {
        assertThat(problems("quicpool.client", "x"))
                .containsExactly("quicpool.client" + FROM + "there is no such property");
        assertThat(problems("quicpool.aplication", "x"))
                .containsExactly(
                        "quicpool.aplication" + FROM + "there is no such property; did you mean quicpool.application?");
        assertThat(problems("quicpool.application.name", "x"))
                .containsExactly("quicpool.application.name" + FROM
                        + "there is no such property; did you mean quicpool.application?");
    }

    @Test
    void namesOfPropertiesStayOnOneLineAndAreNotEndless() {
        List<String> problems = problems(
                "quicpool.client.\"a\n\u2028b\".target",
                "peer:1",
                "quicpool.col\nour",
                "red",
                "quicpool." + "x".repeat(5000),
                "y",
                "quicpool.client.\"" + "z".repeat(5000) + "\".alpn",
                "x");
        assertThat(problems).hasSize(5).allSatisfy(problem -> assertThat(problem)
                .doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]")
                .hasSizeLessThan(500));
        assertThat(problems).anyMatch(problem -> problem.startsWith("quicpool.col?our" + FROM));
        assertThat(problems).anyMatch(problem -> problem.startsWith("quicpool.client.\"a??b\".target = peer:1" + FROM));
    }

    @Test
    void aProblemIsOneLineWhateverItIsAbout() {
        Problem problem = new Problem("a\nb", "c\rd", "e\u2029f");
        assertThat(problem).hasToString("a?b (from c?d): e?f");
        assertThat(Objects.requireNonNull(new SettingsException(List.of(problem)).getMessage())
                        .lines())
                .hasSize(2);
    }
}
