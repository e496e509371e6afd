package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundsTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 65536", "65536, 65536", "8, 64"})
    void capacityWithinItsLimits(int min, int max) {
        CapacityBounds bounds = new CapacityBounds(min, max);
        assertThat(bounds.min()).isEqualTo(min);
        assertThat(bounds.max()).isEqualTo(max);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 'min-capacity = 0: must be from 1 to max-capacity, which is 10'",
        "-1, 10, 'min-capacity = -1: must be from 1 to max-capacity, which is 10'",
        "20, 10, 'min-capacity = 20: must be from 1 to max-capacity, which is 10'",
        "1, 0, 'max-capacity = 0: must be from 1 to 65536'",
        "1, 65537, 'max-capacity = 65537: must be from 1 to 65536'"
    })
    void capacityOutOfItsLimits(int min, int max, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new CapacityBounds(min, max))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"PT0.01S, PT0.01S", "PT0.01S, PT1H", "PT1H, PT1H"})
    void intervalWithinItsLimits(Duration min, Duration max) {
        IntervalBounds bounds = new IntervalBounds(min, max);
        assertThat(bounds.min()).isEqualTo(min);
        assertThat(bounds.max()).isEqualTo(max);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.009S, PT1S, 'min-interval = 9ms: must be from 10ms to max-interval, which is 1s'",
        "PT0.009999999S, PT1S, 'min-interval = PT0.009999999S: must be from 10ms to max-interval, which is 1s'",
        "PT2S, PT1S, 'min-interval = 2s: must be from 10ms to max-interval, which is 1s'",
        "PT-1S, PT1S, 'min-interval = PT-1S: must be from 10ms to max-interval, which is 1s'",
        "PT1S, PT0S, 'max-interval = 0s: must be from 10ms to 1h'",
        "PT1S, PT61M, 'max-interval = 61m: must be from 10ms to 1h'",
        "PT1S, PT1H0.000000001S, 'max-interval = PT1H0.000000001S: must be from 10ms to 1h'",
        "PT1S, PT2562047788015215H, 'max-interval = PT2562047788015215H: must be from 10ms to 1h'"
    })
    void intervalOutOfItsLimits(Duration min, Duration max, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new IntervalBounds(min, max))
                .withMessage(message);
    }

    @Test
    void clampToTheNearest() {
        CapacityBounds capacity = new CapacityBounds(8, 64);
        assertThat(capacity.clamp(7)).isEqualTo(8);
        assertThat(capacity.clamp(30)).isEqualTo(30);
        assertThat(capacity.clamp(65)).isEqualTo(64);
        IntervalBounds interval = new IntervalBounds(Duration.ofSeconds(1), Duration.ofSeconds(3));
        assertThat(interval.clamp(Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
        assertThat(interval.clamp(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(2));
        assertThat(interval.clamp(Duration.ofDays(1))).isEqualTo(Duration.ofSeconds(3));
    }
}
