package io.quicpool.metrics;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import io.quicpool.testing.Pools;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Recording the time of a wait or a use allocates nothing. */
class RecordingCostTest {

    private static final int CALLS = 10_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Keeps what a binding uses for a pool. */
    private static final class Kept implements PoolObserver {

        private final PoolMetrics metrics;
        private @Nullable PoolObserver ofPool;

        Kept(PoolMetrics metrics) {
            this.metrics = metrics;
        }

        @Override
        public @Nullable PoolObserver forPool(StreamPool pool) {
            ofPool = metrics.forPool(pool);
            return ofPool;
        }
    }

    private static long bytesOfACall(PoolMetrics metrics) {
        try (Pools pools = new Pools()) {
            var server = pools.server(s -> s);
            Kept kept = pools.observedBy(new Kept(metrics));
            ClientPool client = pools.client(server, c -> c.capacity(1, 1));
            awaitIdle(client, 1);
            PoolObserver observer = Objects.requireNonNull(kept.ofPool);
            long least = Long.MAX_VALUE;
            // The first rounds make the series, and the compiler may need some memory on this thread.
            for (int round = 0; round < 5; round++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    observer.waited(1000L * i, PoolObserver.WaitEnd.SERVED);
                    observer.used(1000L * i, PoolObserver.UseEnd.CLOSED);
                }
                least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / (2 * CALLS));
            }
            return least;
        }
    }

    @Test
    void withMicrometer() {
        assertThat(bytesOfACall(new MicrometerMetrics(new SimpleMeterRegistry())))
                .isZero();
    }

    @Test
    void withOpenTelemetry() {
        try (OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder()
                        .registerMetricReader(InMemoryMetricReader.create())
                        .build())
                .build()) {
            assertThat(bytesOfACall(new OpenTelemetryMetrics(telemetry))).isZero();
        }
    }
}
