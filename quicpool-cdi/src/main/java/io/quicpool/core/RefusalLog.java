package io.quicpool.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Logs refusals: at most one line a second, however many there are, with the number of the others. */
final class RefusalLog {

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private final String poolName;
    private final Logger log;
    private final LongSupplier clock;
    private final AtomicLong next;
    private final AtomicLong suppressed = new AtomicLong();
    // When the last refusal was not logged.
    private volatile long lastSuppressed;

    RefusalLog(String poolName, Logger log) {
        this(poolName, log, System::nanoTime);
    }

    RefusalLog(String poolName, Logger log, LongSupplier clock) {
        this.poolName = poolName;
        this.log = log;
        this.clock = clock;
        this.next = new AtomicLong(clock.getAsLong());
    }

    void record(Reason.Refused reason, InetSocketAddress client) {
        if (!due()) {
            lastSuppressed = clock.getAsLong();
            suppressed.incrementAndGet();
            return;
        }
        long others = suppressed.getAndSet(0);
        log.log(
                Level.WARNING,
                "{0}: turned away {1}: {2}{3}",
                poolName,
                client,
                reason.meaning(),
                others == 0 ? "" : " (and " + others + " others since the last such line)");
    }

    /** Logs the number of the others when no refusal has come for a second. Called in each periodic check. */
    void flush() {
        if (suppressed.get() > 0 && clock.getAsLong() - lastSuppressed >= PERIOD && due()) {
            long others = suppressed.getAndSet(0);
            if (others > 0) {
                log.log(Level.WARNING, "{0}: turned away {1} more since the last such line", poolName, others);
            }
        }
    }

    // True for one caller in each period.
    private boolean due() {
        long now = clock.getAsLong();
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + PERIOD);
    }
}
