package io.quicpool.cdi;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Instance;
import java.util.List;

/** Beans of the application that its pools use until they are closed. */
final class DependentBeans {

    private DependentBeans() {}

    /** Destroys those that are dependent, and forgets all. */
    static void release(List<? extends Instance.Handle<?>> inUse) {
        for (Instance.Handle<?> each : inUse) {
            if (each.getBean().getScope().equals(Dependent.class)) {
                each.destroy();
            }
        }
        inUse.clear();
    }
}
