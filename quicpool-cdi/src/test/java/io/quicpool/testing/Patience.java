package io.quicpool.testing;

import java.time.Duration;

/**
 * How long a test waits for what must come. It says nothing of how long that takes: a machine that is busy with other things may
 * take many times as long, and is still right.
 */
public final class Patience {

    /** Longer than anything takes that works. */
    public static final Duration SOON = Duration.ofSeconds(60);

    private Patience() {}
}
