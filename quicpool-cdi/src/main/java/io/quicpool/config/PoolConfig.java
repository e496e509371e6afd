package io.quicpool.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a pool: its name and the values of its {@link PoolOptions}. Immutable. Settings are equal when all values are.
 */
public abstract class PoolConfig {

    // As in the Go package NodePassProject/quic.
    private static final int KEEP_ALIVES_PER_IDLE_TIMEOUT = 3;
    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Zl}\\p{Zp}\"*?]{1,64}");

    private final String name;
    private final Map<PoolOption<?>, Object> values;

    /** Checks each option. Subclasses check that the options fit together. */
    PoolConfig(PoolConfigBuilder<?> builder) {
        name = checked(builder.name);
        Map<PoolOption<?>, Object> all = new LinkedHashMap<>();
        builder.kind.options().forEach(option -> addChecked(option, builder, all));
        values = Collections.unmodifiableMap(all);
    }

    // A name becomes part of log lines, thread names and the JMX name of the pool.
    private static String checked(String name) {
        if (name.isBlank() || !NAME.matcher(name).matches()) {
            throw new ConfigException(
                    "name", name, "must be 1 to 64 characters without quotes, '*', '?' and control characters");
        }
        return name;
    }

    private static <T> void addChecked(
            PoolOption<T> option, PoolConfigBuilder<?> builder, Map<PoolOption<?>, Object> all) {
        T value = option.use() == PoolOption.Use.POOL ? builder.get(option) : null;
        if (value != null) {
            option.check(value);
            all.put(option, value);
        }
    }

    /**
     * The value of an option.
     *
     * @return the value that was set, otherwise the default
     * @throws IllegalArgumentException when there is neither; see {@link #find}
     */
    public final <T> T option(PoolOption<T> option) {
        T value = find(option);
        if (value == null) {
            throw new IllegalArgumentException(option + " has no value here");
        }
        return value;
    }

    /**
     * The value of an option that may have none.
     *
     * @return the value that was set, otherwise the default; null when there is neither, or these pools have no such option
     */
    // Only a builder fills the map, with values of the types of their options.
    @SuppressWarnings("unchecked")
    public final <T> @Nullable T find(PoolOption<T> option) {
        return (T) values.get(option);
    }

    /** All values by name. */
    Map<String, @Nullable Object> all() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("name", name);
        values.forEach((option, value) -> all.put(option.key(), value));
        return all;
    }

    void copyTo(PoolConfigBuilder<?> builder) {
        builder.name = name;
        builder.values.putAll(values);
    }

    public final String name() {
        return name;
    }

    public final Duration keepAlive() {
        return option(PoolOptions.KEEP_ALIVE);
    }

    /**
     * How long the peer may be silent before a connection is lost.
     *
     * @return 3 x keep-alive
     */
    public final Duration idleTimeout() {
        return keepAlive().multipliedBy(KEEP_ALIVES_PER_IDLE_TIMEOUT);
    }

    public final StreamTimeouts streamTimeouts() {
        return new StreamTimeouts(option(PoolOptions.READ_TIMEOUT), option(PoolOptions.WRITE_TIMEOUT));
    }

    public final int maxRequestBytes() {
        return option(PoolOptions.MAX_REQUEST_BYTES);
    }

    public final int maxWaiting() {
        return option(PoolOptions.MAX_WAITING);
    }

    /** Null for the engine's default. */
    public final @Nullable CongestionControl congestionControl() {
        return find(PoolOptions.CONGESTION_CONTROL);
    }

    public final String alpn() {
        return option(PoolOptions.ALPN);
    }

    public final String transport() {
        return option(PoolOptions.TRANSPORT);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof PoolConfig config && getClass() == config.getClass() && all().equals(config.all());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), all());
    }

    /** All values, without secrets. */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + all();
    }
}
