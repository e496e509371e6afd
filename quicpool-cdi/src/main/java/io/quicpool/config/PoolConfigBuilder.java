package io.quicpool.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds the settings of a pool. Not thread-safe.
 *
 * @param <B> the type of this builder
 */
public abstract class PoolConfigBuilder<B extends PoolConfigBuilder<B>> {

    final PoolKind kind;
    final Map<PoolOption<?>, Object> values = new HashMap<>();
    String name = "default";

    PoolConfigBuilder(PoolKind kind) {
        this.kind = kind;
    }

    abstract B self();

    /**
     * Sets an option. {@code build} checks the value.
     *
     * @param option one of {@link PoolOptions}
     * @throws IllegalArgumentException when these settings have no such option
     */
    public final <T> B option(PoolOption<T> option, T value) {
        Objects.requireNonNull(value, option.key());
        if (!option.isOf(kind) || option.use() != PoolOption.Use.POOL) {
            throw new IllegalArgumentException(option + " is no option of the settings of a " + kind.text() + " pool");
        }
        values.put(option, value);
        return self();
    }

    // Only option() fills the map.
    @SuppressWarnings("unchecked")
    final <T> @Nullable T get(PoolOption<T> option) {
        T value = (T) values.get(option);
        return value == null ? option.defaultOf(kind) : value;
    }

    /** The value of an option that has a default. */
    final <T> T require(PoolOption<T> option) {
        return Objects.requireNonNull(get(option), option.key());
    }

    /**
     * The name of the pool in logs, threads, exceptions and JMX. Default: {@code default}.
     *
     * @param name 1 to 64 characters
     */
    public final B name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return self();
    }

    /**
     * How long one read of a stream may wait for its first byte, unless {@link io.quicpool.PooledStream#readTimeout} sets another
     * limit for that stream. Default: 30 s.
     *
     * @param readTimeout up to 24 h; zero waits for ever
     */
    public final B readTimeout(Duration readTimeout) {
        return option(PoolOptions.READ_TIMEOUT, readTimeout);
    }

    /**
     * How long one write of a stream may wait for a peer that does not read, unless {@link io.quicpool.PooledStream#writeTimeout}
     * sets another limit for that stream. Default: 30 s.
     *
     * @param writeTimeout up to 24 h; zero waits for ever
     */
    public final B writeTimeout(Duration writeTimeout) {
        return option(PoolOptions.WRITE_TIMEOUT, writeTimeout);
    }

    /**
     * How long a stream may be in use before it is logged as leaked, with the line that took it. Each take records that line, which
     * costs some microseconds. Default: 0 s, for never.
     *
     * @param leakDetectionThreshold from 1 s to 24 h, or zero
     */
    public final B leakDetectionThreshold(Duration leakDetectionThreshold) {
        return option(PoolOptions.LEAK_DETECTION_THRESHOLD, leakDetectionThreshold);
    }

    /**
     * Maximum size of a request that a handler gets whole ({@link io.quicpool.ServerPool#answer}), or of the answer to a request
     * ({@link io.quicpool.ClientPool#request}). Larger ones fail. Each side limits only what it receives. Default: 1,048,576.
     *
     * @param maxRequestBytes bytes, from 1 to 1,073,741,824
     */
    public final B maxRequestBytes(int maxRequestBytes) {
        return option(PoolOptions.MAX_REQUEST_BYTES, maxRequestBytes);
    }

    /**
     * Maximum number of callers that wait for a stream at a time, for each target. Further callers get
     * {@link io.quicpool.PoolBusyException} at once. Default: 10,000.
     *
     * @param maxWaiting from 1 to 1,000,000
     */
    public final B maxWaiting(int maxWaiting) {
        return option(PoolOptions.MAX_WAITING, maxWaiting);
    }

    /**
     * The algorithm that this side uses for congestion control. Default: that of the engine, CUBIC with {@code netty}. It cannot
     * be set with {@code kwik}.
     */
    public final B congestionControl(CongestionControl congestionControl) {
        return option(PoolOptions.CONGESTION_CONTROL, congestionControl);
    }

    /**
     * The application protocol (ALPN, RFC 7301). Both sides must have the same. Default: {@code np-quic}, that of the Go
     * package NodePassProject/quic.
     *
     * @param alpn 1 to 255 visible ASCII characters
     */
    public final B alpn(String alpn) {
        return option(PoolOptions.ALPN, alpn);
    }

    /**
     * The QUIC engine. Default: {@code auto}, which is {@code netty} where the jar quicpool-netty is on the class path and has a native
     * library for the platform, and {@code kwik} everywhere else.
     *
     * @param transport the name of an engine that is on the class path, or {@code auto}
     */
    public final B transport(String transport) {
        return option(PoolOptions.TRANSPORT, transport);
    }
}
