package io.quicpool.transport.netty;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A scan of many streams, on request. The pause after it grows with its duration, so that scans take only a small part of the event
 * loop's time. Other connections share the event loop. On the event loop.
 */
final class PacedScan {

    private final EventLoop loop;
    private final long shortestPause;
    private final int factor;
    private final Runnable scan;
    private final LongSupplier clock;
    // Stays set while the scan runs.
    private boolean scheduled;
    private boolean again;
    private long notBefore;

    /**
     * Sets the rule.
     *
     * @param shortestPause in nanoseconds
     * @param factor the pause after a scan, as a multiple of its duration
     */
    PacedScan(EventLoop loop, long shortestPause, int factor, Runnable scan) {
        this(loop, shortestPause, factor, scan, System::nanoTime);
    }

    PacedScan(EventLoop loop, long shortestPause, int factor, Runnable scan, LongSupplier clock) {
        this.loop = loop;
        this.shortestPause = shortestPause;
        this.factor = factor;
        this.scan = scan;
        this.clock = clock;
        this.notBefore = clock.getAsLong();
    }

    /** Scans as soon as the pause is over. */
    void request() {
        request(0);
    }

    /** Scans in a while, when the shortest pause from now on and the pause after the last scan are over. */
    void requestLater() {
        request(shortestPause);
    }

    private void request(long atLeast) {
        again = true;
        if (!scheduled) {
            scheduled = true;
            long wait = Math.max(atLeast, notBefore - clock.getAsLong());
            var next = loop.schedule(this::run, wait, TimeUnit.NANOSECONDS);
            assert next != null;
        }
    }

    private void run() {
        again = false;
        long start = clock.getAsLong();
        try {
            scan.run();
        } finally {
            long end = clock.getAsLong();
            notBefore = end + Math.max(shortestPause, (end - start) * factor);
            scheduled = false;
            if (again) {
                requestLater();
            }
        }
    }
}
