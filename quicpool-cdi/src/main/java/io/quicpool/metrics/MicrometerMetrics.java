package io.quicpool.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Metrics of pools for Micrometer. docs/metrics.md lists them. In CDI every pool has them where a {@link MeterRegistry} can be injected.
 * In code:
 *
 * <pre>{@code QuicPools.open(config, List.of(new MicrometerMetrics(registry)))}</pre>
 *
 * <p>One object serves any number of pools with different names. Values are read when they are asked for, and are at most a tenth of a
 * second old. When a pool is closed, its meters are removed.
 */
public final class MicrometerMetrics extends PoolMetrics {

    // One scrape asks for each value: it costs one snapshot, and not one for each.
    private static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Duration[] BUCKETS = Metric.BUCKETS.stream()
            .map(seconds -> Duration.ofNanos(Math.round(seconds * 1e9)))
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final LongSupplier nanoTime;

    /** In this registry. */
    public MicrometerMetrics(MeterRegistry registry) {
        this(registry, System::nanoTime);
    }

    MicrometerMetrics(MeterRegistry registry, LongSupplier nanoTime) {
        this.registry = registry;
        this.nanoTime = nanoTime;
    }

    @Override
    Registration register(PoolReadings readings) {
        Registered registered = new Registered(readings);
        try {
            registered.add();
            return registered;
        } catch (RuntimeException | Error e) {
            registered.remove();
            throw e;
        }
    }

    /** The meters of one pool. */
    private final class Registered implements Registration {

        private final PoolReadings readings;
        // Guarded by this, like all that follows.
        private final Map<Series, Meter> meters = new HashMap<>();
        private final Set<Series> timers = new HashSet<>();
        private boolean removed;
        private Map<Series, Long> recent;
        private long readAt;

        Registered(PoolReadings readings) {
            this.readings = readings;
            this.recent = readings.now();
            this.readAt = nanoTime.getAsLong();
        }

        synchronized void add() {
            recent.keySet().forEach(series -> meters.put(series, meter(series)));
        }

        @Override
        public synchronized void changed() {
            if (removed) {
                return;
            }
            recent = readings.now();
            readAt = nanoTime.getAsLong();
            recent.keySet().forEach(series -> meters.computeIfAbsent(series, this::meter));
            meters.entrySet().removeIf(each -> {
                boolean gone = !recent.containsKey(each.getKey()) && !timers.contains(each.getKey());
                if (gone) {
                    registry.remove(each.getValue());
                }
                return gone;
            });
        }

        private Meter meter(Series series) {
            Metric metric = series.metric();
            return metric.instrument() == Metric.Instrument.COUNTER
                    ? FunctionCounter.builder(metric.text(), this, now -> now.value(series))
                            .description(metric.description())
                            .tags(tags(series))
                            .register(registry)
                    : Gauge.builder(metric.text(), this, now -> now.value(series))
                            .description(metric.description())
                            .tags(tags(series))
                            .register(registry);
        }

        private synchronized double value(Series series) {
            long now = nanoTime.getAsLong();
            if (now - readAt > MAX_AGE_NANOS) {
                recent = readings.now();
                readAt = now;
            }
            return recent.getOrDefault(series, 0L);
        }

        @Override
        public synchronized Times times(Series series) {
            if (removed) {
                return nanos -> {};
            }
            Timer timer = Timer.builder(series.metric().text())
                    .description(series.metric().description())
                    .tags(tags(series))
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
            meters.put(series, timer);
            timers.add(series);
            return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public synchronized void remove() {
            removed = true;
            meters.values().forEach(registry::remove);
            meters.clear();
        }
    }

    // No base unit: Prometheus would have it in the names of counters and gauges.
    private static Tags tags(Series series) {
        return Tags.of(series.attributes().entrySet().stream()
                .map(attribute -> Tag.of(attribute.getKey(), attribute.getValue()))
                .toList());
    }
}
