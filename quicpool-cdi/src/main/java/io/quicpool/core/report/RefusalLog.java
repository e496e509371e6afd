package io.quicpool.core.report;

import io.quicpool.config.Endpoint;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Counts refusals, and logs them: at most one line a second, however many there are, with the number of the others. */
public final class RefusalLog {

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_KEPT = 16;

    private static final String MORE = " more since the last message";

    private final PoolLog log;
    private final Metrics metrics;
    private final LongSupplier clock;
    private final AtomicLong nextLine;
    private final AtomicLong suppressed = new AtomicLong();
    // The last messages with their times, oldest first. Guarded by itself; there is one a second.
    private final Deque<String> last = new ArrayDeque<>();
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
        write("refused " + Endpoint.text(client) + ": " + reason.meaning() + (detail.isEmpty() ? "" : ": " + detail)
                + (others == 0 ? "" : " (" + others + MORE + ")"));
    }

    private void write(String text) {
        synchronized (last) {
            if (last.size() == MAX_KEPT) {
                last.remove();
            }
            last.add(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + text);
        }
        log.warning(text);
    }

    /** The last messages, each with its time, oldest first. */
    public List<String> last() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }

    /** Logs the number of the others when no refusal has come for a second. Called in each periodic check. */
    public void flush() {
        if (suppressed.get() > 0 && clock.getAsLong() - lastSuppressed >= PERIOD && due()) {
            long others = suppressed.getAndSet(0);
            if (others > 0) {
                write("refused " + others + MORE);
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
