package io.quicpool.it.orders;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;

/** Checks the surroundings of the calling thread. */
@ApplicationScoped
public class Inspector {

    @Inject
    Instance<Surroundings> surroundings;

    String around() {
        try (Instance.Handle<Surroundings> here = surroundings.getHandle()) {
            return here.get().inspect();
        }
    }

    /** With a request context, in the way that docs/component.md shows. */
    @ActivateRequestContext
    String aroundInRequest() {
        return around();
    }
}
