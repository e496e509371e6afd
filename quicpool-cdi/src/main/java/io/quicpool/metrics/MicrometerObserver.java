package io.quicpool.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.quicpool.PoolObserver;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanContainer;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** {@link MicrometerMetrics} for all pools of the application, where a {@link MeterRegistry} can be injected. */
@Dependent
public final class MicrometerObserver extends InjectedObserver {

    /** For the container. */
    @Inject
    MicrometerObserver(BeanContainer container) {
        super("io.micrometer.core.instrument.MeterRegistry", container);
    }

    @Override
    @Nullable PoolObserver find(Instance<Object> beans) {
        Instance<MeterRegistry> registry = beans.select(MeterRegistry.class);
        return registry.isResolvable() ? new MicrometerMetrics(registry.get()) : null;
    }
}
