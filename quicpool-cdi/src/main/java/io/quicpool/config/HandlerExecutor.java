package io.quicpool.config;

import java.util.Locale;

/** On whose threads the handler of a server pool runs. Whatever it is, {@link HandlerConfig} bounds how many run at a time. */
public enum HandlerExecutor {
    /** The pool's own threads, which end when they have nothing to do. */
    POOL,
    /** The container's managed executor where there is one, otherwise the pool's own threads. Of the component only. */
    CONTAINER,
    /** A virtual thread of the pool's own for each stream; needs Java 21 or later. */
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
     * @return what it names
     * @throws ConfigException when it names none
     */
    public static HandlerExecutor parse(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        for (HandlerExecutor each : values()) {
            if (wanted.equals(each.text())) {
                return each;
            }
        }
        throw new ConfigException("handler-executor", text, "must be pool, container or virtual");
    }

    /** Whether this JVM can do it. */
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
