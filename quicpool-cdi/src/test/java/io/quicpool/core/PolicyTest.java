package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.IntervalBounds;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Capacity and interval follow demand as in the Go package. */
class PolicyTest {

    @ParameterizedTest(name = "interval {0} ms, {1} idle of {2}: {3} ms")
    @CsvSource({
        "1000, 0, 100, 900",
        "1000, 19, 100, 900",
        "1000, 20, 100, 1000",
        "1000, 50, 100, 1000",
        "1000, 80, 100, 1000",
        "1000, 81, 100, 1100",
        "1000, 100, 100, 1100",
        "550, 0, 100, 500",
        "500, 0, 100, 500",
        "1950, 100, 100, 2000",
        "2000, 100, 100, 2000",
        "1000, 0, 1, 900",
        "1000, 1, 1, 1100",
    })
    void interval(long interval, int idle, int capacity, long expected) {
        IntervalBounds bounds = new IntervalBounds(Duration.ofMillis(500), Duration.ofMillis(2000));
        assertThat(Policy.interval(Duration.ofMillis(interval), idle, capacity, bounds))
                .isEqualTo(Duration.ofMillis(expected));
    }

    @ParameterizedTest(name = "capacity {0}, {1} opened: {2}")
    @CsvSource({
        "50, 41, 51",
        "50, 40, 50",
        "50, 10, 50",
        "50, 9, 49",
        "50, 0, 49",
        "8, 0, 8",
        "64, 64, 64",
        "63, 60, 64",
    })
    void capacity(int capacity, int opened, int expected) {
        assertThat(Policy.capacity(capacity, opened, new CapacityBounds(8, 64))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "capacity {0}, {1} waiting, {2} idle, {3} opening, credit {4}: {5}")
    @CsvSource({
        "8, 0, 0, 0, 100, 8",
        "8, 0, 8, 0, 100, 0",
        "8, 0, 5, 2, 100, 1",
        "8, 0, 9, 0, 100, 0",
        "8, 3, 0, 0, 100, 11",
        "8, 300, 0, 0, 1000, 64",
        "64, 0, 0, 0, 10, 10",
        "64, 0, 0, 0, 0, 0",
        "8, 0, 0, 8, 100, 0",
    })
    void missing(int capacity, int waiting, int idle, int opening, int credit, int expected) {
        assertThat(Policy.missing(capacity, waiting, idle, opening, new CapacityBounds(8, 64), credit))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} opening: {1} more")
    @CsvSource({"0, 128", "100, 28", "128, 0", "200, 0"})
    void noMoreThanSomeAreOpenedAtATime(int opening, int expected) {
        assertThat(Policy.missing(1000, 0, 0, opening, new CapacityBounds(1000, 1000), 10_000))
                .isEqualTo(expected);
    }
}
