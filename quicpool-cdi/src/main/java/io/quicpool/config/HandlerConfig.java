package io.quicpool.config;

/**
 * How many streams of a client-led server pool are served at a time, how many more may wait for that, and on whose threads they
 * are served.
 *
 * <p>No client can have all places, neither of those that are served nor of those that wait: half of them when it is alone, no more
 * than are left free when others have some, and the last quarter is for clients that have none.
 *
 * @param max how many handlers run at a time, from 1 to 65,536
 * @param queue how many streams that were spoken to may wait for a handler, from 0 to 65,536; more are reset with
 *     {@link io.quicpool.StreamErrors#HANDLER_BUSY}
 * @param executor on whose threads
 */
public record HandlerConfig(int max, int queue, HandlerExecutor executor) {

    /** 256 at a time, so that one client may have 128; 2,048 that wait; on threads of the pool's own. */
    public static final HandlerConfig DEFAULT = new HandlerConfig(256, 2048, HandlerExecutor.POOL);

    private static final int LIMIT = 65_536;

    /**
     * Checks the settings.
     *
     * @param max how many run
     * @param queue how many wait
     * @param executor on whose threads
     * @throws ConfigException when one cannot be used
     */
    public HandlerConfig {
        Checks.range("max-handlers", max, 1, LIMIT);
        Checks.range("handler-queue", queue, 0, LIMIT);
        executor.check();
    }
}
