package io.quicpool.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * {@link MicrometerMetrics} for all pools of the application, where a {@link MeterRegistry} can be injected.
 *
 * <p>Only {@link MetricsExtension} makes it a bean. {@code beans.xml} excludes it, because the API may be absent where the jar is scanned.
 */
@Singleton
public final class MicrometerObserver implements PoolObserver {

    private final Instance<MeterRegistry> registry;
    private @Nullable PoolObserver metrics;

    /** For the container. */
    @Inject
    MicrometerObserver(Instance<MeterRegistry> registry) {
        this.registry = registry;
    }

    // The bean is asked for here and not before: if it fails, the pool logs it and works.
    @Override
    public synchronized @Nullable PoolObserver forPool(StreamPool pool) {
        if (metrics == null) {
            metrics = registry.isResolvable() ? new MicrometerMetrics(registry.get()) : null;
        }
        return metrics == null ? null : metrics.forPool(pool);
    }
}
