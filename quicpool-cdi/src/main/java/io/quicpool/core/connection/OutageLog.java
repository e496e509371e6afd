package io.quicpool.core.connection;

import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

/**
 * Reports why a client pool has no connection, or fewer than it needs. What was logged of an outage, from the first
 * failure to the next id, is logged once, however many attempts fail. Used on the timer thread, unless stated otherwise.
 */
final class OutageLog {

    // A peer may send a new reason each time, and a name may resolve to new addresses each time.
    private static final int MAX_TEXTS = 32;

    /** Says in messages that the pool is ready anyway. */
    private static final String OTHERS_ARE_UP = "; other connections are up";

    private final PoolLog log;
    private final Metrics metrics;
    private final Set<String> logged = new HashSet<>();
    private volatile boolean silenced;

    OutageLog(PoolLog log, Metrics metrics) {
        this.log = log;
        this.metrics = metrics;
    }

    /** A connection was lost, or an attempt has failed. {@code othersAreUp} when the pool works without it. */
    void report(Throwable cause, String text, boolean othersAreUp) {
        String message = text;
        if (othersAreUp) {
            message = text + OTHERS_ARE_UP;
            metrics.connectionMissing(new IOException(message, cause));
        } else {
            metrics.outage(cause);
        }
        log.log(isNews(message) ? Level.WARNING : Level.DEBUG, message);
    }

    // Whether the text was not logged in this outage yet, and the outage has not had too many texts.
    private boolean isNews(String text) {
        return !silenced && logged.size() < MAX_TEXTS && logged.add(text);
    }

    /** Logs failures on level DEBUG only from now on, because the application itself is stopping. Any thread. */
    void silence() {
        silenced = true;
    }

    /** An id was received, so the outage is over. */
    void end() {
        logged.clear();
        metrics.connected();
    }
}
