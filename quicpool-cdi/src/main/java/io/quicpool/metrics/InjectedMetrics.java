package io.quicpool.metrics;

import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanContainer;
import org.jspecify.annotations.Nullable;

/**
 * Metrics for all pools of the application, in the library whose bean can be injected.
 *
 * <p>The library may be absent, and containers read all fields and signatures of a bean. So no subclass has the types of its library there.
 */
abstract class InjectedMetrics implements PoolObserver {

    private final String library;
    private final BeanContainer container;
    private @Nullable PoolObserver metrics;

    /** Needs the class of this name, which is one of the library. */
    InjectedMetrics(String library, BeanContainer container) {
        this.library = library;
        this.container = container;
    }

    // The bean is asked for here and not before: if it fails, the pool logs it and works.
    @Override
    public final synchronized @Nullable PoolObserver forPool(StreamPool pool) {
        if (metrics == null && isPresent()) {
            metrics = find(container.createInstance());
        }
        return metrics == null ? null : metrics.forPool(pool);
    }

    private boolean isPresent() {
        try {
            Class.forName(library, false, InjectedMetrics.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    /** The metrics in the library, or null if the application has no bean of it. */
    abstract @Nullable PoolObserver find(Instance<Object> beans);
}
