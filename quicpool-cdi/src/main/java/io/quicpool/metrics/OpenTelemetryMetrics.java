package io.quicpool.metrics;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Metrics of pools for OpenTelemetry. docs/metrics.md lists them. In CDI every pool has them where an {@link OpenTelemetry} or a
 * {@link Meter} can be injected. In code:
 *
 * <pre>{@code QuicPools.open(config, List.of(new OpenTelemetryMetrics(openTelemetry)))}</pre>
 *
 * <p>One object serves any number of pools with different names. Values are read when they are collected. When a pool is closed, its
 * values are not collected any more; OpenTelemetry keeps its histograms.
 */
public final class OpenTelemetryMetrics extends PoolMetrics {

    private static final double NANOS_PER_SECOND = 1e9;

    private final Meter meter;
    private final Map<Metric, DoubleHistogram> histograms = new ConcurrentHashMap<>();

    /** With a meter named {@code io.quicpool}. */
    public OpenTelemetryMetrics(OpenTelemetry telemetry) {
        this(telemetry.getMeter("io.quicpool"));
    }

    /** With this meter. */
    public OpenTelemetryMetrics(Meter meter) {
        this.meter = meter;
    }

    @Override
    Registration register(PoolReadings readings) {
        Map<Metric, ObservableLongMeasurement> instruments = new EnumMap<>(Metric.class);
        Metric.read().forEach(metric -> instruments.put(metric, instrument(metric)));
        BatchCallback callback = meter.batchCallback(
                () -> readings.now().forEach((series, value) -> record(instruments, series, value)),
                instruments.get(Metric.READY),
                instruments.values().toArray(ObservableMeasurement[]::new));
        return new Registration() {
            @Override
            public Times times(Series series) {
                DoubleHistogram histogram = histograms.computeIfAbsent(series.metric(), each -> histogram(each));
                Attributes attributes = attributes(series);
                return nanos -> histogram.record(nanos / NANOS_PER_SECOND, attributes);
            }

            @Override
            public void remove() {
                callback.close();
            }
        };
    }

    private static void record(Map<Metric, ObservableLongMeasurement> instruments, Series series, long value) {
        ObservableLongMeasurement instrument = instruments.get(series.metric());
        if (instrument != null) {
            instrument.record(value, attributes(series));
        }
    }

    private ObservableLongMeasurement instrument(Metric metric) {
        return metric.instrument() == Metric.Instrument.COUNTER
                ? meter.counterBuilder(metric.text())
                        .setUnit(metric.unit())
                        .setDescription(metric.description())
                        .buildObserver()
                : meter.upDownCounterBuilder(metric.text())
                        .setUnit(metric.unit())
                        .setDescription(metric.description())
                        .buildObserver();
    }

    private DoubleHistogram histogram(Metric metric) {
        return meter.histogramBuilder(metric.text())
                .setUnit(metric.unit())
                .setDescription(metric.description())
                .setExplicitBucketBoundariesAdvice(Metric.BUCKETS)
                .build();
    }

    private static Attributes attributes(Series series) {
        AttributesBuilder attributes = Attributes.builder();
        series.attributes().forEach((name, value) -> {
            if (!value.isEmpty()) {
                attributes.put(name, value);
            }
        });
        return attributes.build();
    }
}
