package io.quicpool.core.report;

import io.quicpool.PoolObserver;
import io.quicpool.PoolObserver.UseEnd;
import io.quicpool.PoolObserver.WaitEnd;
import io.quicpool.PoolTotals;
import io.quicpool.RecentTimes;
import io.quicpool.StreamPool;
import io.quicpool.config.Printable;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a pool passes here: each event is counted and told to the pool's {@linkplain PoolObserver observers}. Also has the
 * errors since the pool was opened. Any thread.
 */
public final class Metrics {

    private static final int MAX_ERROR_LENGTH = 300;

    private final LongAdder opened = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder handedOut = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder connects = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder leaked = new LongAdder();
    private final TimeStat waits = new TimeStat();
    private final TimeStat opens = new TimeStat();
    private final TimeStat uses = new TimeStat();
    // Null when nobody observes the pool. Written before the pool starts its threads.
    private @Nullable Observers observers;

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

    /** Sets who observes the pool, before it starts. */
    public void observedBy(StreamPool pool, List<PoolObserver> given, PoolLog log) {
        observers = Observers.of(pool, given, log);
    }

    private void tell(Observers.Event event) {
        Observers told = observers;
        if (told != null) {
            told.tell(event);
        }
    }

    private <E> void tell(Observers.TimedEvent<E> event, long nanos, E end) {
        Observers told = observers;
        if (told != null) {
            told.tell(event, nanos, end);
        }
    }

    // ---- streams

    /** A stream that was opened at the nano time {@code since} has got its id. */
    public void opened(long since, long now) {
        long nanos = now - since;
        opened.increment();
        opens.add(nanos, now);
        tell(observer -> observer.opened(nanos));
    }

    /** A stream could not be opened, or got no id. */
    public void openFailed() {
        failed.increment();
        tell(PoolObserver::openFailed);
    }

    /** A caller got a stream. */
    public void taken() {
        handedOut.increment();
    }

    /** A stream that was counted as taken did not reach its caller. */
    public void notTaken() {
        handedOut.decrement();
    }

    /** A wait for a stream, which began at the nano time {@code since}, has ended. */
    public void waited(long since, WaitEnd end) {
        long now = System.nanoTime();
        switch (end) {
            case SERVED -> waits.add(now - since, now);
            case TIMED_OUT -> timeouts.increment();
            case INTERRUPTED, CANCELLED, CLOSED -> {
                // Only observers count these.
            }
        }
        tell(PoolObserver::waited, now - since, end);
    }

    /** A stream that was taken at the nano time {@code since} has ended. */
    public void used(long since, UseEnd end) {
        long now = System.nanoTime();
        uses.add(now - since, now);
        tell(PoolObserver::used, now - since, end);
    }

    /** A stream was not closed for too long, or was garbage without having been closed. */
    public void leaked(long nanos) {
        leaked.increment();
        tell(observer -> observer.leaked(nanos));
    }

    /** An idle stream was evicted. */
    public void evicted(Reason.Evicted reason) {
        Objects.requireNonNull(evicted.get(reason)).increment();
        tell(observer -> observer.evicted(reason.text()));
    }

    /** A stream, connection, datagram or caller was refused. */
    public void refused(Reason.Refused reason) {
        Objects.requireNonNull(refused.get(reason)).increment();
        tell(observer -> observer.refused(reason.text()));
    }

    /** How many streams got an id. */
    public long opened() {
        return opened.sum();
    }

    /** How many streams could not be opened, or got no id. */
    public long failed() {
        return failed.sum();
    }

    /** A request begins. Null when no observer follows it. */
    public @Nullable RequestEvents requested() {
        Observers told = observers;
        return told == null ? null : told.requested();
    }

    // ---- connections and the pool

    /** A connection was made. */
    public void connectionMade(InetSocketAddress peer) {
        connects.increment();
        tell(observer -> observer.connected(peer));
    }

    /** A connection was lost. */
    public void connectionLost(InetSocketAddress peer, String reason) {
        lost.increment();
        tell(observer -> observer.connectionLost(peer, reason));
    }

    /** An attempt to connect has failed. The caller counts the error. */
    public void connectFailed(String reason) {
        tell(observer -> observer.connectFailed(reason));
    }

    /** A bound was changed. */
    public void boundsChanged(String what, String before, String now) {
        tell(observer -> observer.boundsChanged(what, before, now));
    }

    /** The pool is closed. */
    public void closed() {
        tell(PoolObserver::closed);
    }

    // ---- errors

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

    // ---- totals

    /** The totals of one pool, or of several together. */
    public static PoolTotals totals(List<Metrics> all) {
        List<TimeStat> waits = all.stream().map(each -> each.waits).toList();
        List<TimeStat> opens = all.stream().map(each -> each.opens).toList();
        return PoolTotals.builder()
                .opened(sum(all, each -> each.opened))
                .failed(sum(all, each -> each.failed))
                .handedOut(sum(all, each -> each.handedOut))
                .timeouts(sum(all, each -> each.timeouts))
                .connects(sum(all, each -> each.connects))
                .lost(sum(all, each -> each.lost))
                .leaked(sum(all, each -> each.leaked))
                .evicted(sums(all, each -> each.evicted, Reason.Evicted::text))
                .refused(sums(all, each -> each.refused, Reason.Refused::text))
                .waitMean(TimeStat.mean(waits))
                .waitMax(TimeStat.max(waits))
                .openMean(TimeStat.mean(opens))
                .openMax(TimeStat.max(opens))
                .build();
    }

    /** The waits of served callers in the last minute. */
    public static RecentTimes recentWaits(List<Metrics> all) {
        return recent(all, each -> each.waits);
    }

    /** The openings of streams that got an id in the last minute. */
    public static RecentTimes recentOpens(List<Metrics> all) {
        return recent(all, each -> each.opens);
    }

    /** The uses of streams that ended in the last minute. */
    public static RecentTimes recentUses(List<Metrics> all) {
        return recent(all, each -> each.uses);
    }

    private static RecentTimes recent(List<Metrics> all, Function<Metrics, TimeStat> times) {
        return TimeStat.recent(all.stream().map(times).toList(), System.nanoTime());
    }

    private static long sum(List<Metrics> all, Function<Metrics, LongAdder> counter) {
        return all.stream().mapToLong(each -> counter.apply(each).sum()).sum();
    }

    private static <E extends Enum<E>> Map<String, Long> sums(
            List<Metrics> all, Function<Metrics, Map<E, LongAdder>> counters, Function<E, String> text) {
        Map<String, Long> sums = new TreeMap<>();
        for (Metrics each : all) {
            counters.apply(each).forEach((reason, count) -> sums.merge(text.apply(reason), count.sum(), Long::sum));
        }
        return sums;
    }
}
