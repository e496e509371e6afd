package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/** Gives each injection point the pool that it names. The pools stay the registry's: nothing is closed with the bean. */
@ApplicationScoped
public class PoolProducers {

    private final PoolRegistry registry;

    /** For the container's proxies. */
    @SuppressWarnings("NullAway") // never used: a proxy passes everything on
    PoolProducers() {
        registry = null;
    }

    /**
     * For the container.
     *
     * @param registry where the pools are
     */
    @Inject
    PoolProducers(PoolRegistry registry) {
        this.registry = registry;
    }

    @Produces
    @Dependent
    @QuicPool
    @Typed(ClientPool.class)
    ClientPool client(@Nullable InjectionPoint point) {
        return registry.client(name(point));
    }

    @Produces
    @Dependent
    @QuicPool
    @Typed(ServerPool.class)
    ServerPool server(@Nullable InjectionPoint point) {
        return registry.server(name(point));
    }

    // A lookup by program may have no injection point.
    private static String name(@Nullable InjectionPoint point) {
        if (point == null) {
            return "";
        }
        return point.getQualifiers().stream()
                .filter(QuicPool.class::isInstance)
                .map(qualifier -> ((QuicPool) qualifier).value())
                .findFirst()
                .orElse("");
    }
}
