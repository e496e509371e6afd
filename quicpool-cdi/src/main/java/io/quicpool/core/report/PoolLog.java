package io.quicpool.core.report;

import io.quicpool.config.PoolLabel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The log of one pool. Each line begins with the kind and the name of the pool. */
public final class PoolLog {

    private final PoolLabel pool;
    private final Logger logger;

    public PoolLog(PoolLabel pool) {
        this(pool, System.getLogger("io.quicpool"));
    }

    public PoolLog(PoolLabel pool, Logger logger) {
        this.pool = pool;
        this.logger = logger;
    }

    /** The kind and the name of the pool. */
    public PoolLabel pool() {
        return pool;
    }

    public void debug(String text) {
        log(Level.DEBUG, text);
    }

    public void info(String text) {
        log(Level.INFO, text);
    }

    public void warning(String text) {
        log(Level.WARNING, text);
    }

    public void warning(String text, @Nullable Throwable cause) {
        logger.log(Level.WARNING, pool + ": " + text, cause);
    }

    public void error(String text, Throwable cause) {
        logger.log(Level.ERROR, pool + ": " + text, cause);
    }

    // As a parameter: braces in a text, such as a peer's words, are no format.
    public void log(Level level, String text) {
        logger.log(level, "{0}: {1}", pool, text);
    }
}
