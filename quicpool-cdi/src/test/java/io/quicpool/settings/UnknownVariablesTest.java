package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistyped environment variables are reported, those of systems such as Kubernetes are not. */
class UnknownVariablesTest {

    @ParameterizedTest
    @CsvSource({
        "QUICPOOL_CLIENT__GREETINGS__MAX_CAPCITY, QUICPOOL_CLIENT__GREETINGS__MAX_CAPACITY",
        "QUICPOOL_CLIENT__GREETINGS_MAX_CAPACITY, QUICPOOL_CLIENT__GREETINGS__MAX_CAPACITY",
        "QUICPOOL_CLIENT_GREETINGS_MAX_CAPCITY, QUICPOOL_CLIENT_GREETINGS_MAX_CAPACITY",
        "QUICPOOL_CLIENT__GREETINGS__SOMETHING_ELSE_QUITE,",
        "QUICPOOL_CLIENT_MAX_CAPCITY, QUICPOOL_CLIENT_MAX_CAPACITY",
        "QUICPOOL_SERVER__MY_ORDERS_2__LISTN, QUICPOOL_SERVER__MY_ORDERS_2__LISTEN",
    })
    void aVariableThatLooksMistypedIsReportedAndIgnored(String variable, @Nullable String meant) {
        Config config = mistyped(variable);
        assertThat(SettingsReader.read(config).problems()).isEmpty();
        assertThat(SettingsReader.warnings(config))
                .extracting(Problem::toString)
                .containsExactly(variable + ": is ignored, there is no such property"
                        + (meant == null ? "" : "; did you mean " + meant + "?"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "QUICPOOL_CLIENT__GREETINGS__MAX_CAPACITY",
                "QUICPOOL_CLIENT_GREETINGS_MAX_CAPACITY",
                "QUICPOOL_CLIENT_MAX_CAPACITY",
                "QUICPOOL_CLIENT_GREETINGS_PORT_4433_UDP",
                "QUICPOOL_CLIENT_GREETINGS_SERVICE_HOST",
                "QUICPOOL_SERVER_SERVICE_PORT_QUIC",
                "QUICPOOL_CLIENT_IMAGE_OF_SOMEBODY",
                "QUICPOOL_HOME"
            })
    void otherVariablesAreNotReported(String variable) {
        assertThat(SettingsReader.warnings(mistyped(variable))).isEmpty();
    }

    private static Config mistyped(String variable) {
        return Configs.of(
                Configs.map(
                        "quicpool.client.\"greetings\".target", "peer:1",
                        "quicpool.server.\"My.Orders-2\".enabled", "false"),
                Configs.map(variable, "100"));
    }
}
