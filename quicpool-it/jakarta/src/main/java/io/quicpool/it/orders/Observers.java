package io.quicpool.it.orders;

import io.quicpool.cdi.PoolEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Observes events of the pools. */
@ApplicationScoped
public class Observers {

    @Inject
    Inspector inspector;

    private final Map<String, String> ready = new ConcurrentHashMap<>();

    void ready(@Observes PoolEvent.Ready event) {
        ready.put(event.pool().name(), inspector.around());
    }

    String ready(String pool) {
        return ready.getOrDefault(pool, "");
    }
}
