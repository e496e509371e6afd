package io.quicpool.metrics;

import io.opentelemetry.api.OpenTelemetry;
import io.quicpool.PoolObserver;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanContainer;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** {@link OpenTelemetryTraces} for all pools of the application, where an {@link OpenTelemetry} can be injected. */
@Dependent
public final class OpenTelemetryTracesObserver extends InjectedObserver {

    /** For the container. */
    @Inject
    OpenTelemetryTracesObserver(BeanContainer container) {
        super("io.opentelemetry.api.OpenTelemetry", container);
    }

    @Override
    @Nullable PoolObserver find(Instance<Object> beans) {
        Instance<OpenTelemetry> telemetry = beans.select(OpenTelemetry.class);
        return telemetry.isResolvable() ? new OpenTelemetryTraces(telemetry.get()) : null;
    }
}
