package io.quicpool.config;

import java.time.Duration;

/** The bounds and defaults that client and server pools share. */
final class PoolLimits {

    /** The idle time-out is 3 x keep-alive, as in the Go package NodePassProject/quic. */
    static final int KEEP_ALIVES_PER_IDLE_TIMEOUT = 3;

    // kwik's idle timer counts whole seconds, so an idle time-out below 2 s would be inexact.
    static final Duration KEEP_ALIVE_MIN = Duration.ofMillis(700);
    static final Duration KEEP_ALIVE_MAX = Duration.ofMinutes(10);
    static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
    static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
    static final Duration TIMEOUT_MAX = Duration.ofMinutes(10);

    static final String NAME = "default";
    static final String ALPN = "np-quic";
    static final String TRANSPORT = "kwik";

    /** A waiter costs about 300 bytes. More waiters than this are hardly ever served in time. */
    static final int WAITING = 10_000;

    static final int WAITING_MAX = 1_000_000;

    /** Maximum number of streams of one connection. */
    static final int STREAMS_MAX = 1 << 20;

    private PoolLimits() {}
}
