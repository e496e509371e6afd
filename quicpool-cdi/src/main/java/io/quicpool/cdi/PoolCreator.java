package io.quicpool.cdi;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import jakarta.enterprise.inject.spi.CDI;

/**
 * Gives the pool of a bean that {@link QuicPoolExtension} has added. The registry owns the pool, so destroying the bean closes nothing.
 * Public for containers.
 *
 * @param <P> the kind of pool
 */
public abstract class PoolCreator<P extends StreamPool> implements SyntheticBeanCreator<P> {

    static final String NAME = "name";

    private PoolCreator() {}

    @Override
    public final P create(Instance<Object> lookup, Parameters parameters) {
        // In some containers this lookup sees only the beans of extensions.
        Instance<PoolRegistry> inLookup = lookup.select(PoolRegistry.class);
        PoolRegistry registry = inLookup.isResolvable()
                ? inLookup.get()
                : CDI.current().select(PoolRegistry.class).get();
        return pool(registry, parameters.get(NAME, String.class));
    }

    abstract P pool(PoolRegistry registry, String name);

    /** For client pools. */
    public static final class Client extends PoolCreator<ClientPool> {

        /** For the container. */
        public Client() {}

        @Override
        ClientPool pool(PoolRegistry registry, String name) {
            return registry.client(name);
        }
    }

    /** For server pools. */
    public static final class Server extends PoolCreator<ServerPool> {

        /** For the container. */
        public Server() {}

        @Override
        ServerPool pool(PoolRegistry registry, String name) {
            return registry.server(name);
        }
    }
}
