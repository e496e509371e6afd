package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {

    /** What is written can be read, however long: so a message's value can be put back into a configuration. */
    @ParameterizedTest
    @CsvSource({
        "0ms, 0s",
        "1500ms, 1500ms",
        "90S, 90s",
        "PT2M, 2m",
        "1h, 1h",
        "PT0.0005S, PT0.0005S",
        "PT-5M, PT-5M",
        "999999999999ms, 999999999999ms",
        "1000000000s, PT277777H46M40S",
        "266666666666H, PT266666666666H",
        "PT9223372036854775807S, PT2562047788015215H30M7S"
    })
    void whatIsWrittenCanBeRead(String given, String written) {
        assertThat(Durations.text(Durations.parse("interval", given))).isEqualTo(written);
        assertThat(Durations.parse("interval", written)).isEqualTo(Durations.parse("interval", given));
    }

    @ParameterizedTest
    @CsvSource({"5", "ms", "5 s", "-5s", "1.5s", "1234567890123s", "PT", "5d"})
    void anotherFormIsRefused(String given) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Durations.parse("interval", given))
                .withMessage(
                        "interval = " + given + ": must be a duration such as 500ms, 5s, 2m, 1h or PT5S (ISO-8601)");
    }

    @Test
    void spaceAroundItAndItsCaseDoNotMatter() {
        assertThat(Durations.parse("interval", " pt5s ")).isEqualTo(Durations.parse("interval", "\t5S\n"));
    }
}
