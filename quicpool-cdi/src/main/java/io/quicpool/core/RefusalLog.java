package io.quicpool.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Says in the log what was turned away: one line a second at most, however many come, with the number of the rest. */
final class RefusalLog {

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private final String poolName;
    private final Logger log;
    private final LongSupplier clock;
    private final AtomicLong next;
    private final AtomicLong suppressed = new AtomicLong();
    // The last that was not told.
    private volatile long latest;

    RefusalLog(String poolName, Logger log) {
        this(poolName, log, System::nanoTime);
    }

    RefusalLog(String poolName, Logger log, LongSupplier clock) {
        this.poolName = poolName;
        this.log = log;
        this.clock = clock;
        this.next = new AtomicLong(clock.getAsLong());
    }

    void tell(Reason.Refused reason, InetSocketAddress client) {
        if (!due()) {
            latest = clock.getAsLong();
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

    /** Tells of those since the last line when nobody has come for a second to do it. Now and then. */
    void flush() {
        if (suppressed.get() > 0 && clock.getAsLong() - latest >= PERIOD && due()) {
            long others = suppressed.getAndSet(0);
            if (others > 0) {
                log.log(Level.WARNING, "{0}: turned away {1} more since the last such line", poolName, others);
            }
        }
    }

    // True for one caller a period.
    private boolean due() {
        long now = clock.getAsLong();
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + PERIOD);
    }
}
