package io.quicpool.core;

import java.util.HashSet;
import java.util.Set;

/**
 * What was logged of an outage, from the first failure to the next id: each message once, however many attempts fail.
 * Used on the timer thread, unless stated otherwise.
 */
final class OutageLog {

    // A peer may send a new reason each time, and a name may resolve to new addresses each time.
    private static final int MAX_TEXTS = 32;

    private final Set<String> logged = new HashSet<>();
    private volatile boolean silenced;

    /** Whether the text was not logged in this outage yet, and the outage has not had too many texts. */
    boolean isNews(String text) {
        return !silenced && logged.size() < MAX_TEXTS && logged.add(text);
    }

    /** Logs nothing from now on, because the application itself is stopping. Any thread. */
    void silence() {
        silenced = true;
    }

    void end() {
        logged.clear();
    }
}
