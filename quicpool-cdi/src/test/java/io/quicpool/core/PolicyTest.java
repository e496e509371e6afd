package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.IntervalBounds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest(name = "capacity {0}, {1} taken: {2}")
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
    void capacity(int capacity, int taken, int expected) {
        assertThat(Policy.capacity(capacity, taken, new CapacityBounds(8, 64))).isEqualTo(expected);
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
        assertThat(Policy.missing(
                        capacity, () -> opening, () -> waiting, () -> idle, new CapacityBounds(8, 64), credit))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} opening: {1} more")
    @CsvSource({"0, 128", "100, 28", "128, 0", "200, 0"})
    void noMoreThanSomeAreOpenedAtATime(int opening, int expected) {
        assertThat(Policy.missing(1000, () -> opening, () -> 0, () -> 0, new CapacityBounds(1000, 1000), 10_000))
                .isEqualTo(expected);
    }

    /** A stream that arrives during a size check, in two steps, each of which may come before any of the three reads. */
    private static final class Arrival {

        private static final int STEPS = 2;

        private final boolean someoneWaits;
        private final Deque<Integer> stepsBefore;
        private int opening = 8;
        private int waiting;
        private int idle;
        private int step;

        Arrival(boolean someoneWaits, List<Integer> stepsBefore) {
            this.someoneWaits = someoneWaits;
            this.stepsBefore = new ArrayDeque<>(stepsBefore);
            this.waiting = someoneWaits ? 1 : 0;
            this.opening += waiting;
        }

        private void go() {
            for (int steps = stepsBefore.remove(); steps > 0; steps--) {
                if (step++ > 0) {
                    opening--;
                } else if (someoneWaits) {
                    waiting--;
                } else {
                    idle++;
                }
            }
        }

        int missing() {
            return Policy.missing(
                    8,
                    () -> {
                        go();
                        return opening;
                    },
                    () -> {
                        go();
                        return waiting;
                    },
                    () -> {
                        go();
                        return idle;
                    },
                    new CapacityBounds(8, 64),
                    100);
        }
    }

    @ParameterizedTest(name = "someone waits: {0}")
    @ValueSource(booleans = {true, false})
    void aStreamThatComesMeanwhileIsNotOpenedAgain(boolean someoneWaits) {
        for (int first = 0; first <= Arrival.STEPS; first++) {
            for (int second = 0; first + second <= Arrival.STEPS; second++) {
                for (int third = 0; first + second + third <= Arrival.STEPS; third++) {
                    List<Integer> when = List.of(first, second, third);
                    assertThat(new Arrival(someoneWaits, when).missing())
                            .as("steps before each question: %s", when)
                            .isZero();
                }
            }
        }
    }
}
