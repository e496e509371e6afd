package io.quicpool.it.orders;

import io.quicpool.cdi.PoolEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** Observes events of the pools. */
@ApplicationScoped
public class Observers {

    @Inject
    Inspector inspector;

    private volatile String ready = "";

    void ready(@Observes PoolEvent.Ready event) {
        if (event.pool().name().equals("stock")) {
            ready = inspector.around();
        }
    }

    String ready() {
        return ready;
    }
}
