package io.quicpool.testing;

import java.time.Duration;

/**
 * How long a test waits for something that must happen. Usually it happens much sooner, but a busy machine may take many times as long.
 */
public final class Patience {

    /** Longer than anything takes, even on a busy machine. */
    public static final Duration SOON = Duration.ofSeconds(60);

    private Patience() {}
}
