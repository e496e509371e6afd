package io.quicpool.core.report;

import io.quicpool.PoolSnapshot;
import io.quicpool.config.Printable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counters and errors of a pool since it was opened. */
public final class Metrics {

    private static final int MAX_ERROR_LENGTH = 300;

    public final LongAdder opened = new LongAdder();
    public final LongAdder failed = new LongAdder();
    public final LongAdder handedOut = new LongAdder();
    public final LongAdder timeouts = new LongAdder();
    public final LongAdder connects = new LongAdder();
    public final LongAdder lost = new LongAdder();
    public final TimeStat waits = new TimeStat();
    public final TimeStat opens = new TimeStat();

    private final Map<Reason.Evicted, LongAdder> evicted = counters(Reason.Evicted.class);
    private final Map<Reason.Refused, LongAdder> refused = counters(Reason.Refused.class);
    // Written under the lock of this, so that a reset forgets an error as a whole. Read without it.
    private volatile long errors;
    private volatile @Nullable Failure lastError;
    // Why there is no connection. While it lasts, it hides errors that are its consequences.
    private volatile @Nullable Failure outage;
    // Why there are fewer connections than the streams need. It hides no later error.
    private volatile @Nullable Failure missing;

    /** An error and its time. The order decides which of several pools' errors is told: one of an outage first, else the latest. */
    public record Failure(Throwable cause, boolean outage, long nanos) implements Comparable<Failure> {

        Failure(Throwable cause, boolean outage) {
            this(Objects.requireNonNull(Printable.cause(cause)), outage, System.nanoTime());
        }

        @Override
        public int compareTo(Failure other) {
            return outage == other.outage ? Long.signum(nanos - other.nanos) : Boolean.compare(outage, other.outage);
        }

        /** The text for people. */
        public String text() {
            return Metrics.text(cause);
        }
    }

    private static <E extends Enum<E>> Map<E, LongAdder> counters(Class<E> reasons) {
        Map<E, LongAdder> counters = new EnumMap<>(reasons);
        for (E reason : reasons.getEnumConstants()) {
            counters.put(reason, new LongAdder());
        }
        return counters;
    }

    public void evicted(Reason.Evicted reason) {
        Objects.requireNonNull(evicted.get(reason)).increment();
    }

    public void refused(Reason.Refused reason) {
        Objects.requireNonNull(refused.get(reason)).increment();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    public synchronized void error() {
        errors++;
    }

    public void error(Throwable cause) {
        // Before the lock: the message of what a handler threw is foreign code.
        error(new Failure(cause, false));
    }

    private synchronized void error(Failure failure) {
        lastError = failure;
        error();
    }

    /** A connection failed or was lost. This is the last error until a connection is verified. */
    public synchronized void outage(Throwable cause) {
        outage = new Failure(cause, true);
    }

    /** As {@link #outage} while other connections work. This is the last error until one more is verified. */
    public synchronized void connectionMissing(Throwable cause) {
        missing = new Failure(cause, false);
        lastError = missing;
    }

    /** A connection is verified. */
    public synchronized void connected() {
        outage = null;
        if (Objects.equals(lastError, missing)) {
            lastError = null;
        }
        missing = null;
    }

    public synchronized void resetErrors() {
        errors = 0;
        lastError = null;
        outage = null;
        missing = null;
    }

    public long errors() {
        return errors;
    }

    public @Nullable Failure lastFailure() {
        Failure latest = outage;
        return latest != null ? latest : lastError;
    }

    public @Nullable Throwable lastError() {
        Failure failure = lastFailure();
        return failure == null ? null : failure.cause();
    }

    public @Nullable String lastErrorText() {
        Failure failure = lastFailure();
        return failure == null ? null : failure.text();
    }

    /** The text of an error for people. It is made printable because a peer may have influenced it. */
    public static String text(Throwable cause) {
        String message = cause.getMessage();
        String text = message == null || message.isBlank() ? cause.toString() : message;
        return Printable.said(text, MAX_ERROR_LENGTH) + (text.length() <= MAX_ERROR_LENGTH ? "" : "...");
    }

    /** The totals of one pool, or of several together. */
    public static PoolSnapshot.Totals totals(List<Metrics> all) {
        List<TimeStat> waits = all.stream().map(each -> each.waits).toList();
        List<TimeStat> opens = all.stream().map(each -> each.opens).toList();
        return PoolSnapshot.Totals.builder()
                .opened(sum(all, each -> each.opened))
                .failed(sum(all, each -> each.failed))
                .handedOut(sum(all, each -> each.handedOut))
                .timeouts(sum(all, each -> each.timeouts))
                .connects(sum(all, each -> each.connects))
                .lost(sum(all, each -> each.lost))
                .evicted(sums(all, each -> each.evicted))
                .refused(sums(all, each -> each.refused))
                .waitMean(TimeStat.mean(waits))
                .waitMax(TimeStat.max(waits))
                .openMean(TimeStat.mean(opens))
                .openMax(TimeStat.max(opens))
                .build();
    }

    private static long sum(List<Metrics> all, Function<Metrics, LongAdder> counter) {
        return all.stream().mapToLong(each -> counter.apply(each).sum()).sum();
    }

    private static <E extends Enum<E>> Map<String, Long> sums(
            List<Metrics> all, Function<Metrics, Map<E, LongAdder>> counters) {
        Map<String, Long> sums = new TreeMap<>();
        for (Metrics each : all) {
            counters.apply(each).forEach((reason, count) -> sums.merge(Reason.text(reason), count.sum(), Long::sum));
        }
        return sums;
    }
}
