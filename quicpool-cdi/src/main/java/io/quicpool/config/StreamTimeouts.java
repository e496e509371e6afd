package io.quicpool.config;

import java.time.Duration;
import java.util.Objects;

/**
 * How long the streams of a pool wait for their peer, unless {@link io.quicpool.PooledStream#readTimeout} or
 * {@link io.quicpool.PooledStream#writeTimeout} sets another limit for one of them.
 *
 * @param read how long one read may wait for its first byte; {@link Duration#ZERO} waits for ever
 * @param write how long one write may wait for a peer that does not read; {@link Duration#ZERO} waits for ever
 */
public record StreamTimeouts(Duration read, Duration write) {

    /**
     * 30 s each, the default idle time-out. A shorter limit cuts off slow answers. With a longer one a silent peer keeps a handler or
     * a caller busy for longer than a lost connection does.
     */
    public static final StreamTimeouts DEFAULT = new StreamTimeouts(
            Objects.requireNonNull(PoolOptions.READ_TIMEOUT.defaultOf(PoolKind.CLIENT)),
            Objects.requireNonNull(PoolOptions.WRITE_TIMEOUT.defaultOf(PoolKind.CLIENT)));

    /**
     * Checks the time-outs.
     *
     * @throws ConfigException when one is negative or above 24 h
     */
    public StreamTimeouts {
        PoolOptions.READ_TIMEOUT.check(read);
        PoolOptions.WRITE_TIMEOUT.check(write);
    }
}
