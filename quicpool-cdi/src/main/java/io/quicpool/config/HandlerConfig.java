package io.quicpool.config;

import java.util.Objects;

/**
 * How many handlers of a server pool run at a time, how many streams may wait for one, and where handlers run.
 *
 * <p>The handlers are shared among the clients, and so is the queue. A client that is alone may have half. When others have some,
 * it may have no more than are still free. The last quarter is for clients that have none.
 *
 * @param max how many handlers run at a time, from 1 to 65,536
 * @param queue how many streams with data may wait for a handler, from 0 to 65,536; further streams are reset with
 *     {@link io.quicpool.StreamErrors#HANDLER_BUSY}
 * @param executor where handlers run
 */
public record HandlerConfig(int max, int queue, HandlerExecutor executor) {

    /** 256 handlers, so that one client may have 128, and a queue of 2,048, on threads of the pool. */
    public static final HandlerConfig DEFAULT = new HandlerConfig(
            Objects.requireNonNull(PoolOptions.MAX_HANDLERS.defaultOf(PoolKind.SERVER)),
            Objects.requireNonNull(PoolOptions.HANDLER_QUEUE.defaultOf(PoolKind.SERVER)),
            Objects.requireNonNull(PoolOptions.HANDLER_EXECUTOR.defaultOf(PoolKind.SERVER)));

    /**
     * Checks the settings.
     *
     * @throws ConfigException when one cannot be used
     */
    public HandlerConfig {
        PoolOptions.MAX_HANDLERS.check(max);
        PoolOptions.HANDLER_QUEUE.check(queue);
        executor.check();
    }
}
