package io.quicpool.cdi;

import io.quicpool.PoolObserver;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.List;

/** The beans that implement {@link PoolObserver}. Each observes all pools of the application, unless it declines. */
final class ObserverBeans {

    private final Instance<PoolObserver> beans;
    // Made with the first pool, so that all pools have the same.
    private final List<Instance.Handle<PoolObserver>> inUse = new ArrayList<>();

    ObserverBeans(Instance<PoolObserver> beans) {
        this.beans = beans;
    }

    List<PoolObserver> all() {
        if (inUse.isEmpty()) {
            beans.handles().forEach(inUse::add);
        }
        return inUse.stream().map(Instance.Handle::get).toList();
    }

    /** Destroys the dependent beans, after the pools are closed. */
    void release() {
        DependentBeans.release(inUse);
    }
}
