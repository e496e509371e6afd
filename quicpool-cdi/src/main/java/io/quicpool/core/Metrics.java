package io.quicpool.core;

import io.quicpool.PoolSnapshot;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened in a pool since it was opened. */
final class Metrics {

    private static final int LONGEST_ERROR = 300;

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
        lastError = cause;
        error();
    }

    void resetErrors() {
        errors.set(0);
        lastError = null;
    }

    long errors() {
        return errors.get();
    }

    @Nullable Throwable lastError() {
        return lastError;
    }

    @Nullable String lastErrorText() {
        Throwable cause = lastError;
        if (cause == null) {
            return null;
        }
        String message = cause.getMessage();
        String text = message == null || message.isBlank() ? cause.toString() : message;
        // A peer may have had a say in it.
        String visible = text.replaceAll("\\p{Cntrl}+", " ");
        return visible.length() <= LONGEST_ERROR ? visible : visible.substring(0, LONGEST_ERROR) + "...";
    }

    PoolSnapshot.Totals totals() {
        return new PoolSnapshot.Totals(
                opened.sum(),
                failed.sum(),
                handedOut.sum(),
                timeouts.sum(),
                connects.sum(),
                lost.sum(),
                sums(evicted),
                sums(refused),
                waits.mean(),
                waits.max(),
                opens.mean(),
                opens.max());
    }

    private static <E extends Enum<E>> Map<String, Long> sums(Map<E, LongAdder> counters) {
        Map<String, Long> sums = new TreeMap<>();
        counters.forEach((reason, count) -> sums.put(Reason.text(reason), count.sum()));
        return sums;
    }
}
