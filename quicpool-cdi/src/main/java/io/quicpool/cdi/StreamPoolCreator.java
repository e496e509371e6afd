package io.quicpool.cdi;

import io.quicpool.StreamPool;
import io.quicpool.settings.PoolKind;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import jakarta.enterprise.inject.spi.CDI;

/** Gives the pool that a bean added by {@link QuicPoolExtension} stands for. Public for containers. */
public final class StreamPoolCreator implements SyntheticBeanCreator<StreamPool> {

    static final String KIND = "kind";
    static final String NAME = "name";

    /** For the container. */
    public StreamPoolCreator() {}

    @Override
    public StreamPool create(Instance<Object> lookup, Parameters parameters) {
        PoolRegistry registry = registry(lookup);
        String name = parameters.get(NAME, String.class);
        return PoolKind.valueOf(parameters.get(KIND, String.class)) == PoolKind.CLIENT
                ? registry.client(name)
                : registry.server(name);
    }

    // Some containers give a lookup that sees the beans of extensions only.
    private static PoolRegistry registry(Instance<Object> lookup) {
        Instance<PoolRegistry> given = lookup.select(PoolRegistry.class);
        return given.isResolvable()
                ? given.get()
                : CDI.current().select(PoolRegistry.class).get();
    }
}
