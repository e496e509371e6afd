package io.quicpool.core;

import static io.quicpool.docs.Page.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import io.quicpool.core.exchange.IdRequest;
import io.quicpool.docs.Page;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The example of docs/sizing.md follows from the rules. */
class SizingPageTest {

    private static final ClientPoolConfig DEFAULTS =
            ClientPoolConfig.builder().target("orders:4433").build();
    private static final CapacityBounds CAPACITY = DEFAULTS.capacity();
    private static final IntervalBounds INTERVAL = DEFAULTS.interval();
    // 40 requests a second for 20 seconds, then none.
    private static final int BETWEEN_REQUESTS = 25;
    private static final int LAST_REQUEST = 20_000;
    private static final int END = 90_000;
    private static final int CREDIT = 16_384;
    // The page leaves out most size checks.
    private static final Set<Integer> SHOWN = Set.of(1, 2, 3, 4, 5, 10, 15, 20, 22, 23, 24, 25, 26, 30, 40, 49);

    @Test
    void theExampleIsWhatTheRuleMakes() {
        List<String> rows = new ArrayList<>();
        int capacity = CAPACITY.min();
        Duration interval = INTERVAL.min();
        // As if opening took no time. The first streams were opened when the connection came up.
        int idle = capacity;
        int taken = 0;
        int look = 0;
        long next = interval.toMillis();
        for (int now = BETWEEN_REQUESTS; now <= END; now += BETWEEN_REQUESTS) {
            if (now <= LAST_REQUEST) {
                idle--;
                taken++;
                if (Policy.isLow(idle, capacity)) {
                    idle += missing(capacity, idle);
                }
            }
            if (now == next) {
                look++;
                int takenSince = taken;
                int idleBefore = idle;
                interval = Policy.interval(interval, idle, capacity, INTERVAL);
                capacity = Policy.capacity(capacity, taken, CAPACITY);
                taken = 0;
                idle += missing(capacity, idle);
                next += interval.toMillis();
                if (SHOWN.contains(look)) {
                    rows.add(row(
                            look, now / 1000.0 + " s", takenSince, idleBefore, capacity, interval.toMillis() + " ms"));
                }
            }
        }
        Page.same(new Page("sizing.md").rows("## An example"), rows);
    }

    private static int missing(int capacity, int idle) {
        return Policy.missing(capacity, () -> 0, () -> 0, () -> idle, CAPACITY, CREDIT);
    }

    /** 200 requests a second, and at any moment as many idle streams as a burst needs, also just before a refill. */
    @Test
    void theWorkedExampleAlwaysHasABurstIdle() throws IOException {
        Properties written = new Properties();
        written.load(new StringReader(new Page("sizing.md").blocks("properties").get(0)));
        String key = "quicpool.client.\"orders\".";
        CapacityBounds bounds = new CapacityBounds(
                Integer.parseInt(written.getProperty(key + "min-capacity")),
                Integer.parseInt(written.getProperty(key + "max-capacity")));
        int capacity = bounds.min();
        Duration interval = INTERVAL.min();
        int idle = capacity;
        int taken = 0;
        int least = idle;
        long next = interval.toMillis();
        for (int now = 5; now <= 600_000; now += 5) {
            idle--;
            taken++;
            least = Math.min(least, idle);
            if (Policy.isLow(idle, capacity)) {
                idle = capacity;
            }
            if (now == next) {
                interval = Policy.interval(interval, idle, capacity, INTERVAL);
                capacity = Policy.capacity(capacity, taken, bounds);
                taken = 0;
                idle = Math.max(idle, capacity);
                next += interval.toMillis();
            }
        }
        assertThat(least).isGreaterThanOrEqualTo(40);
        assertThat(capacity).as("under a lasting load").isEqualTo(bounds.min());
    }

    @Test
    void theDefaultsAreThoseOfThePage() {
        assertThat(CAPACITY).isEqualTo(new CapacityBounds(8, 64));
        assertThat(INTERVAL).isEqualTo(new IntervalBounds(Duration.ofMillis(500), Duration.ofSeconds(5)));
        assertThat(IdRequest.MAX_OPENING).isEqualTo(128);
    }
}
