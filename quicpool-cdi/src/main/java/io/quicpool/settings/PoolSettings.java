package io.quicpool.settings;

import io.quicpool.config.PoolConfig;
import io.quicpool.config.PoolOption;
import io.quicpool.config.PoolOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One pool as it is configured.
 *
 * @param <C> {@link io.quicpool.config.ClientPoolConfig} or {@link io.quicpool.config.ServerPoolConfig}
 * @param name the pool
 * @param config the settings; without a usable target when the pool follows a server pool
 * @param follows the server pool of the same application that a client pool connects to; null when its target is an address
 * @param options the values of the options that the component itself uses
 */
public record PoolSettings<C extends PoolConfig>(
        String name, C config, @Nullable String follows, Map<PoolOption<?>, Object> options) {

    // Only the reader fills the map, with values of the types of their options.
    @SuppressWarnings("unchecked")
    public <T> T option(PoolOption<T> option) {
        return (T) Objects.requireNonNull(options.get(option));
    }

    public Duration drainTimeout() {
        return config.option(PoolOptions.DRAIN_TIMEOUT);
    }

    /** Whether the readiness check depends on the pool. */
    public boolean readiness() {
        return option(PoolOptions.READINESS_ENABLED);
    }

    public Duration readinessGrace() {
        return option(PoolOptions.READINESS_GRACE);
    }

    /** Whether the pool has an MXBean. */
    public boolean jmx() {
        return option(PoolOptions.JMX_ENABLED);
    }
}
