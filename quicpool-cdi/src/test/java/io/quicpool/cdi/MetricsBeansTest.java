package io.quicpool.cdi;

import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools of an application have metrics where OpenTelemetry or Micrometer can be injected. */
class MetricsBeansTest {

    private static InMemoryMetricReader reader = InMemoryMetricReader.create();
    private static OpenTelemetrySdk telemetry = sdk();
    private static MeterRegistry registry = new SimpleMeterRegistry();

    private final Pools pools = new Pools();
    private Map<String, String> orders = Map.of();

    private static OpenTelemetrySdk sdk() {
        return OpenTelemetrySdk.builder()
                .setMeterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build())
                .build();
    }

    @BeforeEach
    void peer() {
        reader = InMemoryMetricReader.create();
        telemetry = sdk();
        registry = new SimpleMeterRegistry();
        orders = App.client(
                "orders", "127.0.0.1:" + pools.server(s -> s).localAddress().getPort());
    }

    @AfterEach
    void close() {
        pools.close();
        telemetry.close();
    }

    @ApplicationScoped
    static class TelemetryBean {
        @Produces
        OpenTelemetry telemetry() {
            return telemetry;
        }
    }

    @ApplicationScoped
    static class MeterBean {
        @Produces
        Meter meter() {
            return telemetry.getMeter("shop");
        }
    }

    @ApplicationScoped
    static class RegistryBean {
        @Produces
        MeterRegistry registry() {
            return registry;
        }
    }

    @ApplicationScoped
    static class FailingBeans {
        @Produces
        OpenTelemetry telemetry() {
            throw new IllegalStateException("no telemetry today");
        }

        @Produces
        MeterRegistry registry() {
            throw new IllegalStateException("no registry today");
        }
    }

    private static void full(App app) {
        awaitIdle(app.get(PoolRegistry.class).client("orders"), 8);
    }

    private static boolean hasTelemetry(String scope) {
        return reader.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals("quicpool.ready"))
                .map(MetricData::getInstrumentationScopeInfo)
                .anyMatch(info -> info.getName().equals(scope));
    }

    @Test
    void whereOpenTelemetryCanBeInjected() {
        try (App app = App.start(orders, TelemetryBean.class, MeterBean.class)) {
            full(app);
            assertThat(hasTelemetry("io.quicpool")).isTrue();
            assertThat(hasTelemetry("shop")).as("not twice").isFalse();
        }
        assertThat(hasTelemetry("io.quicpool")).isFalse();
    }

    @Test
    void whereAMeterCanBeInjected() {
        try (App app = App.start(orders, MeterBean.class)) {
            full(app);
            assertThat(hasTelemetry("shop")).isTrue();
        }
    }

    @Test
    void whereARegistryCanBeInjectedAndBesideOpenTelemetry() {
        try (App app = App.start(orders, RegistryBean.class, TelemetryBean.class)) {
            full(app);
            assertThat(registry.find("quicpool.ready").tag("pool", "orders").gauge())
                    .isNotNull();
            assertThat(hasTelemetry("io.quicpool")).isTrue();
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void nowhereElse() {
        try (App app = App.start(orders)) {
            full(app);
            assertThat(reader.collectAllMetrics()).isEmpty();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void beansThatFailAreLoggedAndThePoolsWork() {
        try (LogOf log = new LogOf("io.quicpool", Level.WARNING);
                App app = App.start(orders, FailingBeans.class)) {
            full(app);
            assertThat(log.lines("does not use the observer")).hasSize(3);
        }
    }

    /** As most containers do: the jar is scanned, and the libraries are there. */
    @Test
    void theScannedJarWorksWithoutTheirBeans() {
        try (App app = App.scanned(orders)) {
            full(app);
            assertThat(registry.getMeters()).isEmpty();
        }
    }
}
