package io.quicpool.metrics;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.testing.LogOf;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The binding for OpenTelemetry, with its SDK. */
class OpenTelemetryMetricsTest extends PoolMetricsContract {

    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();

    @AfterEach
    void shutDown() {
        telemetry.close();
    }

    @Override
    PoolMetrics metrics() {
        return new OpenTelemetryMetrics(telemetry);
    }

    @Override
    Map<String, Double> values() {
        return points(point ->
                point instanceof LongPointData number ? number.getValue() : ((HistogramPointData) point).getCount());
    }

    @Override
    Map<String, Double> sums() {
        return points(point -> point instanceof HistogramPointData histogram ? histogram.getSum() : 0);
    }

    private Map<String, Double> points(ToDoubleFunction<PointData> value) {
        Map<String, Double> values = new TreeMap<>();
        for (MetricData metric : reader.collectAllMetrics()) {
            for (PointData point : metric.getData().getPoints()) {
                values.put(name(metric.getName(), text(point.getAttributes())), value.applyAsDouble(point));
            }
        }
        return values;
    }

    private static Map<String, String> text(Attributes attributes) {
        Map<String, String> text = new HashMap<>();
        attributes.forEach((key, value) -> text.put(key.getKey(), value.toString()));
        return text;
    }

    @Test
    void instrumentsAreThoseOfTheCatalogue() throws Exception {
        pools.observedBy(metrics());
        ServerPool server = pools.server(s -> s.name("ingress"));
        ClientPool client = pools.client(server, c -> c.name("orders"));
        awaitIdle(client, 8);
        Map<String, MetricData> metrics = new HashMap<>();
        reader.collectAllMetrics().forEach(metric -> metrics.put(metric.getName(), metric));
        for (Metric metric : Metric.values()) {
            MetricData data = metrics.get(metric.text());
            if (data == null) {
                continue; // nobody has waited yet, no stream was used, and there is no max-in-use
            }
            assertThat(data.getInstrumentationScopeInfo().getName()).isEqualTo("io.quicpool");
            assertThat(data.getUnit()).isEqualTo(metric.unit());
            assertThat(data.getDescription()).isEqualTo(metric.description());
            switch (metric.instrument()) {
                case HISTOGRAM ->
                    assertThat(data.getHistogramData().getPoints())
                            .allSatisfy(
                                    point -> assertThat(point.getBoundaries()).isEqualTo(Metric.BUCKETS));
                case COUNTER, UP_DOWN_COUNTER -> {
                    assertThat(data.getType()).isEqualTo(MetricDataType.LONG_SUM);
                    assertThat(data.getLongSumData().isMonotonic())
                            .isEqualTo(metric.instrument() == Metric.Instrument.COUNTER);
                }
            }
        }
        assertThat(metrics).containsKey("quicpool.stream.create_time");
    }

    @Test
    void withoutAnSdkNothingHappens() throws Exception {
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING)) {
            pools.observedBy(new OpenTelemetryMetrics(OpenTelemetry.noop()));
            ServerPool server = pools.server(s -> s.name("ingress"));
            ClientPool client = pools.client(server, c -> c.name("orders"));
            awaitIdle(client, 8);
            assertThat(log.lines()).isEmpty();
        }
        assertThat(values()).isEmpty();
    }
}
