package io.quicpool.it.bench.small;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.metrics.MicrometerMetrics;
import io.quicpool.metrics.OpenTelemetryMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A client pool that is full again before each iteration. */
@State(Scope.Benchmark)
public class FullPool {

    /** Few enough for eight threads that take: the pool must not become low, and fill itself meanwhile. */
    static final int TAKES = 2_000;

    private static final int CAPACITY = 40_000;
    // Long beside an iteration, so that few of them are disturbed.
    private static final Duration REFILL = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(1);

    /** The metrics library that observes the pool. */
    @Param({"none", "micrometer", "opentelemetry"})
    public String observer = "none";

    ClientPool pool;

    /** Opens the pool. */
    @Setup(Level.Trial)
    public void open() {
        pool = QuicPools.open(
                ClientPoolConfig.builder()
                        .name("bench")
                        .transport(InstantTransport.NAME)
                        .target("127.0.0.1:1")
                        .tlsMode(TlsMode.INSECURE)
                        .capacity(CAPACITY, CAPACITY)
                        .interval(REFILL, REFILL)
                        .build(),
                observers());
    }

    private List<PoolObserver> observers() {
        return switch (observer) {
            case "micrometer" -> List.of(new MicrometerMetrics(new SimpleMeterRegistry()));
            case "opentelemetry" ->
                List.of(new OpenTelemetryMetrics(OpenTelemetrySdk.builder()
                        .setMeterProvider(SdkMeterProvider.builder()
                                .registerMetricReader(new CountingReader())
                                .build())
                        .build()));
            default -> List.of();
        };
    }

    /** Waits until it is full. */
    @Setup(Level.Iteration)
    public void fill() {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (pool.idle() < CAPACITY) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("not full: " + pool.snapshot());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Closes the pool. */
    @TearDown(Level.Trial)
    public void close() {
        pool.close();
    }

    PooledStream take() throws InterruptedException {
        return pool.take(Duration.ZERO);
    }

    PooledStream take(StreamId id) throws InterruptedException {
        return pool.take(id, Duration.ZERO);
    }
}
