package io.quicpool.core;

import io.quicpool.config.Endpoint;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Logs refusals: at most one line a second, however many there are, with the number of the others. */
final class RefusalLog {

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private static final String MORE = " more since the last message";

    private final PoolLog log;
    private final LongSupplier clock;
    private final AtomicLong nextLine;
    private final AtomicLong suppressed = new AtomicLong();
    // When the last refusal was not logged.
    private volatile long lastSuppressed;

    RefusalLog(PoolLog log) {
        this(log, System::nanoTime);
    }

    RefusalLog(PoolLog log, LongSupplier clock) {
        this.log = log;
        this.clock = clock;
        this.nextLine = new AtomicLong(clock.getAsLong());
    }

    void record(Reason.Refused reason, InetSocketAddress client) {
        record(reason, client, "");
    }

    void record(Reason.Refused reason, InetSocketAddress client, String detail) {
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
    void flush() {
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
