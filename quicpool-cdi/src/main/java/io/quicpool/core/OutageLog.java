package io.quicpool.core;

import java.util.HashSet;
import java.util.Set;

/**
 * What was said of an outage, from the first failure until an id comes again: each reason once for each address, however many
 * attempts there are. Used on the timer thread, unless
 * said otherwise.
 */
final class OutageLog {

    // Peers may have a word for each attempt, and names may lead to ever new addresses.
    private static final int MOST = 32;

    private final Set<String> said = new HashSet<>();
    private volatile boolean expected;

    /** Whether it is worth saying: not said of this outage, in which there is not too much said yet. */
    boolean isNews(String text) {
        return !expected && said.size() < MOST && said.add(text);
    }

    /** Nothing is worth saying any more: the application itself is ending. Any thread. */
    void expected() {
        expected = true;
    }

    void over() {
        said.clear();
    }
}
