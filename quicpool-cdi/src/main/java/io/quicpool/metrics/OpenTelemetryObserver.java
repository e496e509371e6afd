package io.quicpool.metrics;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * {@link OpenTelemetryMetrics} for all pools of the application, where an {@link OpenTelemetry} or a {@link Meter} can be injected.
 *
 * <p>Only {@link MetricsExtension} makes it a bean. {@code beans.xml} excludes it, because the API may be absent where the jar is scanned.
 */
@Singleton
public final class OpenTelemetryObserver implements PoolObserver {

    private final Instance<OpenTelemetry> telemetry;
    private final Instance<Meter> meter;
    private @Nullable PoolObserver metrics;

    /** For the container. */
    @Inject
    OpenTelemetryObserver(Instance<OpenTelemetry> telemetry, Instance<Meter> meter) {
        this.telemetry = telemetry;
        this.meter = meter;
    }

    // The beans are asked for here and not before: if they fail, the pool logs it and works.
    @Override
    public synchronized @Nullable PoolObserver forPool(StreamPool pool) {
        if (metrics == null) {
            metrics = telemetry.isResolvable()
                    ? new OpenTelemetryMetrics(telemetry.get())
                    : meter.isResolvable() ? new OpenTelemetryMetrics(meter.get()) : null;
        }
        return metrics == null ? null : metrics.forPool(pool);
    }
}
