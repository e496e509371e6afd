package io.quicpool;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;

/** What {@link QuicPools} finds through {@link java.util.ServiceLoader}, so that the API does not know the core. */
public interface PoolProvider {

    /**
     * See {@link QuicPools#open(ClientPoolConfig)}.
     *
     * @param config the settings
     * @return the pool
     */
    ClientPool open(ClientPoolConfig config);

    /**
     * See {@link QuicPools#open(ServerPoolConfig)}.
     *
     * @param config the settings
     * @return the pool
     */
    ServerPool open(ServerPoolConfig config);
}
