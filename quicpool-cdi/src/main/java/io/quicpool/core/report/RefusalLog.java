package io.quicpool.core.report;

import io.quicpool.config.Endpoint;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Counts refusals, and logs them: at most one line a second, however many there are, with the number of the others. */
public final class RefusalLog {

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private static final String MORE = " more since the last message";

    private final PoolLog log;
    private final Metrics metrics;
    private final LongSupplier clock;
    private final AtomicLong nextLine;
    private final AtomicLong suppressed = new AtomicLong();
    // When the last refusal was not logged.
    private volatile long lastSuppressed;

    /** Makes the log of a pool. */
    public RefusalLog(PoolLog log, Metrics metrics) {
        this(log, metrics, System::nanoTime);
    }

    RefusalLog(PoolLog log, Metrics metrics, LongSupplier clock) {
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
        this.nextLine = new AtomicLong(clock.getAsLong());
    }

    /** A client was refused. Any thread. */
    public void record(Reason.Refused reason, InetSocketAddress client) {
        record(reason, client, "");
    }

    /** A client was refused, for a reason that has its own words. Any thread. */
    public void record(Reason.Refused reason, InetSocketAddress client, String detail) {
        metrics.refused(reason);
        if (!due()) {
            lastSuppressed = clock.getAsLong();
            suppressed.incrementAndGet();
            return;
        }
        long others = suppressed.getAndSet(0);
        log.warning("refused " + Endpoint.text(client) + ": " + reason.meaning()
                + (detail.isEmpty() ? "" : ": " + detail) + (others == 0 ? "" : " (" + others + MORE + ")"));
    }

    /** Logs the number of the others when no refusal has come for a second. Called in each periodic check. */
    public void flush() {
        if (suppressed.get() > 0 && clock.getAsLong() - lastSuppressed >= PERIOD && due()) {
            long others = suppressed.getAndSet(0);
            if (others > 0) {
                log.warning("refused " + others + MORE);
            }
        }
    }

    // True for one caller in each period.
    private boolean due() {
        long now = clock.getAsLong();
        long due = nextLine.get();
        return now - due >= 0 && nextLine.compareAndSet(due, now + PERIOD);
    }
}
