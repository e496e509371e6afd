package io.quicpool.core;

import io.quicpool.PoolSnapshot;
import io.quicpool.config.Printable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counters and errors of a pool since it was opened. */
final class Metrics {

    private static final int MAX_ERROR_LENGTH = 300;

    final LongAdder opened = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder handedOut = new LongAdder();
    final LongAdder timeouts = new LongAdder();
    final LongAdder connects = new LongAdder();
    final LongAdder lost = new LongAdder();
    final TimeStat waits = new TimeStat();
    final TimeStat opens = new TimeStat();

    private final Map<Reason.Evicted, LongAdder> evicted = counters(Reason.Evicted.class);
    private final Map<Reason.Refused, LongAdder> refused = counters(Reason.Refused.class);
    private final AtomicLong errors = new AtomicLong();
    private volatile @Nullable Throwable lastError;
    // Why there is no connection. While it lasts, it hides errors that are its consequences.
    private volatile @Nullable Throwable outage;
    // Why there are fewer connections than the streams need. It hides no later error.
    private volatile @Nullable Throwable missing;

    private static <E extends Enum<E>> Map<E, LongAdder> counters(Class<E> reasons) {
        Map<E, LongAdder> counters = new EnumMap<>(reasons);
        for (E reason : reasons.getEnumConstants()) {
            counters.put(reason, new LongAdder());
        }
        return counters;
    }

    void evicted(Reason.Evicted reason) {
        Objects.requireNonNull(evicted.get(reason)).increment();
    }

    void refused(Reason.Refused reason) {
        Objects.requireNonNull(refused.get(reason)).increment();
    }

    void error() {
        errors.incrementAndGet();
    }

    void error(Throwable cause) {
        lastError = Printable.cause(cause);
        error();
    }

    /** A connection failed or was lost. This is the last error until a connection is verified. */
    void outage(Throwable cause) {
        outage = Printable.cause(cause);
    }

    /** As {@link #outage} while other connections work. This is the last error until one more is verified. */
    void connectionMissing(Throwable cause) {
        missing = Printable.cause(cause);
        lastError = missing;
    }

    /** A connection is verified. */
    void connected() {
        outage = null;
        if (lastError == missing) {
            lastError = null;
        }
        missing = null;
    }

    void resetErrors() {
        errors.set(0);
        lastError = null;
        outage = null;
        missing = null;
    }

    long errors() {
        return errors.get();
    }

    @Nullable Throwable lastError() {
        Throwable cause = outage;
        return cause != null ? cause : lastError;
    }

    @Nullable String lastErrorText() {
        Throwable cause = lastError();
        return cause == null ? null : text(cause);
    }

    /** The text of an error for people. It is made printable because a peer may have influenced it. */
    static String text(Throwable cause) {
        String message = cause.getMessage();
        String text = message == null || message.isBlank() ? cause.toString() : message;
        return Printable.said(text, MAX_ERROR_LENGTH) + (text.length() <= MAX_ERROR_LENGTH ? "" : "...");
    }

    /** The totals of one pool, or of several together. */
    static PoolSnapshot.Totals totals(List<Metrics> all) {
        List<TimeStat> waits = all.stream().map(each -> each.waits).toList();
        List<TimeStat> opens = all.stream().map(each -> each.opens).toList();
        return new PoolSnapshot.Totals(
                sum(all, each -> each.opened),
                sum(all, each -> each.failed),
                sum(all, each -> each.handedOut),
                sum(all, each -> each.timeouts),
                sum(all, each -> each.connects),
                sum(all, each -> each.lost),
                sums(all, each -> each.evicted),
                sums(all, each -> each.refused),
                TimeStat.mean(waits),
                TimeStat.max(waits),
                TimeStat.mean(opens),
                TimeStat.max(opens));
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
