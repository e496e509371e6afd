package io.quicpool.core;

import java.time.Duration;

/**
 * What is to be done about a client pool that has no idle stream and no stream credit to open one with: it is said once, and where it
 * lasts something is tried, at ever longer distances. Timer thread.
 */
final class CreditShortage {

    enum Step {
        NOTHING,
        /** It has lasted long enough to be said. */
        TELL,
        /** It lasts: another connection may help. */
        ACT,
        /** It is over, and was told. */
        OVER
    }

    private static final long TOLD_AFTER = Duration.ofSeconds(1).toNanos();
    private static final long FIRST_PATIENCE = Duration.ofSeconds(2).toNanos();
    private static final long LONGEST_PATIENCE = Duration.ofMinutes(1).toNanos();

    private boolean dry;
    private boolean told;
    private long changed;
    private long lastAct;
    private long patience = FIRST_PATIENCE;

    /** How the pool stands now, at this nano time. */
    Step look(boolean isDry, long now) {
        if (isDry != dry) {
            dry = isDry;
            changed = now;
            lastAct = now;
        }
        if (!dry) {
            if (now - changed > patience) {
                patience = FIRST_PATIENCE;
            }
            boolean wasTold = told;
            told = false;
            return wasTold ? Step.OVER : Step.NOTHING;
        }
        if (!told) {
            told = now - changed >= TOLD_AFTER;
            return told ? Step.TELL : Step.NOTHING;
        }
        if (now - lastAct < patience) {
            return Step.NOTHING;
        }
        lastAct = now;
        patience = Math.min(LONGEST_PATIENCE, 2 * patience);
        return Step.ACT;
    }
}
