package io.quicpool.config;

import java.util.Locale;

/**
 * Where the handlers of a server pool run. {@link HandlerConfig} always limits how many run at a time. Later versions may add
 * values.
 */
public enum HandlerExecutor {
    /** Threads of the pool, which end when they are idle. */
    POOL,
    /** The container's managed executor, if there is one, otherwise threads of the pool. Only for the component. */
    CONTAINER,
    /** A new virtual thread for each stream. Needs Java 21 or later. */
    VIRTUAL;

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    /**
     * The name as it is written in configurations.
     *
     * @return such as {@code virtual}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a name, in any case.
     *
     * @param text such as {@code virtual}
     * @throws ConfigException when there is no such name
     */
    public static HandlerExecutor parse(String text) {
        return PoolOptions.HANDLER_EXECUTOR.parse(text);
    }

    /** Checks that this JVM can do it. */
    void check() {
        int version = Runtime.version().feature();
        if (this == VIRTUAL && version < FIRST_WITH_VIRTUAL_THREADS) {
            throw new ConfigException(
                    "handler-executor",
                    text(),
                    "needs Java " + FIRST_WITH_VIRTUAL_THREADS + " or later, which has virtual threads; this is Java "
                            + version);
        }
    }
}
