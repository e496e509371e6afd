package io.quicpool.core;

import java.time.Duration;

/**
 * Decides what to do about a client pool that has neither an idle stream nor the stream credit to open one. A shortage
 * that lasts is reported once. Then remedies are tried at growing intervals. Timer thread.
 */
final class CreditShortage {

    enum Step {
        NOTHING,
        /** It has lasted long enough to be reported. */
        REPORT,
        /** It lasts. Another connection may help. */
        ACT,
        /** It is over, and was reported. */
        OVER
    }

    private static final long REPORT_AFTER = Duration.ofSeconds(1).toNanos();
    private static final long MIN_ACT_INTERVAL = Duration.ofSeconds(2).toNanos();
    private static final long MAX_ACT_INTERVAL = Duration.ofMinutes(1).toNanos();

    private boolean isShort;
    private boolean reported;
    private long changed;
    private long lastAct;
    private long actInterval = MIN_ACT_INTERVAL;

    /** Checks the current state at this nano time. */
    Step check(boolean nowShort, long now) {
        if (nowShort != isShort) {
            isShort = nowShort;
            changed = now;
            lastAct = now;
        }
        if (!isShort) {
            if (now - changed > actInterval) {
                actInterval = MIN_ACT_INTERVAL;
            }
            boolean wasReported = reported;
            reported = false;
            return wasReported ? Step.OVER : Step.NOTHING;
        }
        if (!reported) {
            reported = now - changed >= REPORT_AFTER;
            return reported ? Step.REPORT : Step.NOTHING;
        }
        if (now - lastAct < actInterval) {
            return Step.NOTHING;
        }
        lastAct = now;
        actInterval = Math.min(MAX_ACT_INTERVAL, 2 * actInterval);
        return Step.ACT;
    }
}
