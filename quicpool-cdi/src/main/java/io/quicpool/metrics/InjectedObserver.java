package io.quicpool.metrics;

import io.quicpool.PoolObserver;
import io.quicpool.StreamPool;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.BeanContainer;
import org.jspecify.annotations.Nullable;

/**
 * Observes all pools of the application for a library, where a bean of that library can be injected.
 *
 * <p>The library may be absent, and containers read all fields and signatures of a bean. So no subclass has the types of its library there.
 */
abstract class InjectedObserver implements PoolObserver {

    private final String library;
    private final BeanContainer container;
    private @Nullable PoolObserver observer;

    /** Needs the class of this name, which is one of the library. */
    InjectedObserver(String library, BeanContainer container) {
        this.library = library;
        this.container = container;
    }

    // The bean is asked for here and not before: if it fails, the pool logs it and works.
    @Override
    public final synchronized @Nullable PoolObserver forPool(StreamPool pool) {
        if (observer == null && isPresent()) {
            observer = find(container.createInstance());
        }
        return observer == null ? null : observer.forPool(pool);
    }

    private boolean isPresent() {
        try {
            Class.forName(library, false, InjectedObserver.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    /** The observer for the library, or null if the application has no bean of it. */
    abstract @Nullable PoolObserver find(Instance<Object> beans);
}
