package io.quicpool.settings;

import java.time.Duration;

/**
 * One pool as it is configured.
 *
 * @param <C> {@link io.quicpool.config.ClientPoolConfig} or {@link io.quicpool.config.ServerPoolConfig}
 * @param name the pool
 * @param config what the pool is built from
 * @param drainTimeout how long streams in use may live on at the end
 * @param readiness whether readiness depends on it
 * @param readinessGrace for how long a loss is tolerated
 * @param jmx whether it has an MXBean
 */
public record PoolSettings<C>(
        String name, C config, Duration drainTimeout, boolean readiness, Duration readinessGrace, boolean jmx) {}
