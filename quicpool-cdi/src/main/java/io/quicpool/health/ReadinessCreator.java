package io.quicpool.health;

import io.quicpool.cdi.PoolRegistry;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;

/** Makes the bean that {@link HealthExtension} adds. Public for containers. */
public final class ReadinessCreator implements SyntheticBeanCreator<PoolsReadiness> {

    /** For the container. */
    public ReadinessCreator() {}

    @Override
    public PoolsReadiness create(Instance<Object> lookup, Parameters parameters) {
        return new PoolsReadiness(lookup.select(PoolRegistry.class).get());
    }
}
