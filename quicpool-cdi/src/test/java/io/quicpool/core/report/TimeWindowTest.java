package io.quicpool.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.RecentTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Percentiles of the last minute are as exact as promised, and what is older is forgotten. */
class TimeWindowTest {

    private static final double MAX_ERROR = 0.0625;
    private static final long MAX_ERROR_NANOS = 64;
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    // Near the overflow, as nano times may be.
    private long now = Long.MAX_VALUE - TimeWindow.INTERVAL;
    private final TimeWindow window = new TimeWindow(now);

    private RecentTimes recent() {
        return TimeWindow.of(List.of(window), now);
    }

    private static void assertNear(Duration shown, long exact) {
        long most = Math.max(MAX_ERROR_NANOS, (long) Math.ceil(exact * MAX_ERROR));
        assertThat(shown.toNanos()).isBetween(exact - most, exact + most);
    }

    @Test
    void eachTimeIsNearTheMiddleOfItsBucket() {
        int before = 0;
        for (long nanos = 0; nanos < HOUR; nanos += 1 + nanos / 100) {
            int bucket = TimeWindow.bucket(nanos);
            assertThat(bucket).isBetween(before, before + 1);
            assertNear(Duration.ofNanos(TimeWindow.middle(bucket)), nanos);
            before = bucket;
        }
        assertThat(TimeWindow.bucket(Long.MAX_VALUE)).isGreaterThanOrEqualTo(before);
    }

    /** Of times that spread over many powers of two, and of times that are all alike. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 99, 100, 101, 10_000})
    void percentilesAreAsExactAsPromised(int count) {
        Random random = new Random(count);
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add((long) Math.exp(random.nextDouble() * Math.log((double) HOUR)));
        }
        all.forEach(nanos -> window.add(nanos, now));
        Collections.sort(all);
        RecentTimes recent = recent();
        assertThat(recent.count()).isEqualTo(count);
        assertNear(recent.p50(), all.get((count + 1) / 2 - 1));
        assertNear(recent.p99(), all.get((count * 99 + 99) / 100 - 1));
        assertThat(recent.max()).isEqualTo(Duration.ofNanos(all.get(count - 1)));
        assertThat(recent.p99()).isLessThanOrEqualTo(recent.max());
    }

    @Test
    void withoutTimesAllIsZero() {
        assertThat(recent()).isEqualTo(new RecentTimes(0, Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    @Test
    void whatIsOlderThanAMinuteIsForgotten() {
        window.add(TimeUnit.SECONDS.toNanos(9), now);
        now += TimeUnit.SECONDS.toNanos(59);
        window.add(1_000_000, now);
        assertThat(recent().count())
                .as("within the minute, beyond the overflow")
                .isEqualTo(2);
        assertThat(recent().max()).isEqualTo(Duration.ofSeconds(9));
        now += TimeUnit.SECONDS.toNanos(11);
        assertThat(recent().count()).isEqualTo(1);
        assertThat(recent().max()).isEqualTo(Duration.ofMillis(1));
        now += HOUR;
        assertThat(recent().count()).isZero();
        window.add(2_000_000, now);
        assertThat(recent().max()).isEqualTo(Duration.ofMillis(2));
    }

    @Test
    void severalWindowsAreOne() {
        TimeWindow other = new TimeWindow(now);
        for (int i = 0; i < 99; i++) {
            window.add(1_000, now);
        }
        other.add(HOUR / 2, now);
        RecentTimes recent = TimeWindow.of(List.of(window, other), now);
        assertThat(recent.count()).isEqualTo(100);
        assertNear(recent.p99(), 1_000);
        assertThat(recent.max()).isEqualTo(Duration.ofNanos(HOUR / 2));
    }

    /** Threads that meet at the start of an interval lose nothing. */
    @Test
    void noTimeIsLost() throws Exception {
        int threads = 4;
        int each = 50_000;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                done.add(executor.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        window.add(i, now + i * (TimeWindow.INTERVAL / (each / 6)));
                    }
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        } finally {
            executor.shutdown();
        }
        now += 6 * TimeWindow.INTERVAL;
        assertThat(recent().count()).isEqualTo((long) threads * each);
    }
}
