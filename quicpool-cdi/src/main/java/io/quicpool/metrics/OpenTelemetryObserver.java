package io.quicpool.metrics;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.quicpool.PoolObserver;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanContainer;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * {@link OpenTelemetryMetrics} for all pools of the application, where an {@link OpenTelemetry} or a {@link Meter} can be injected.
 */
@Dependent
public final class OpenTelemetryObserver extends InjectedObserver {

    /** For the container. */
    @Inject
    OpenTelemetryObserver(BeanContainer container) {
        super("io.opentelemetry.api.metrics.Meter", container);
    }

    @Override
    @Nullable PoolObserver find(Instance<Object> beans) {
        Instance<OpenTelemetry> telemetry = beans.select(OpenTelemetry.class);
        if (telemetry.isResolvable()) {
            return new OpenTelemetryMetrics(telemetry.get());
        }
        Instance<Meter> meter = beans.select(Meter.class);
        return meter.isResolvable() ? new OpenTelemetryMetrics(meter.get()) : null;
    }
}
