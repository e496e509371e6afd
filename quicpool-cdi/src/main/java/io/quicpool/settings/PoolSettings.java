package io.quicpool.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One pool as it is configured.
 *
 * @param <C> {@link io.quicpool.config.ClientPoolConfig} or {@link io.quicpool.config.ServerPoolConfig}
 * @param name the pool
 * @param config what the pool is built from; without a usable target when it follows a server pool
 * @param follows the server pool of the same application that a client pool connects to; null when its target is an address
 * @param drainTimeout how long streams in use may live on at the end
 * @param readiness whether readiness depends on it
 * @param readinessGrace for how long a loss is tolerated
 * @param jmx whether it has an MXBean
 */
public record PoolSettings<C>(
        String name,
        C config,
        @Nullable String follows,
        Duration drainTimeout,
        boolean readiness,
        Duration readinessGrace,
        boolean jmx) {}
