package io.quicpool.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One pool as it is configured.
 *
 * @param <C> {@link io.quicpool.config.ClientPoolConfig} or {@link io.quicpool.config.ServerPoolConfig}
 * @param name the pool
 * @param config the settings; without a usable target when the pool follows a server pool
 * @param follows the server pool of the same application that a client pool connects to; null when its target is an address
 * @param drainTimeout how long streams in use may continue when the application stops
 * @param readiness whether readiness depends on the pool
 * @param readinessGrace how long a pool that was ready still counts as ready
 * @param jmx whether the pool has an MXBean
 */
public record PoolSettings<C>(
        String name,
        C config,
        @Nullable String follows,
        Duration drainTimeout,
        boolean readiness,
        Duration readinessGrace,
        boolean jmx) {}
