package io.quicpool.core.report;

import io.quicpool.RecentTimes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * Counts times of the last minute in buckets. A power of two has {@value #PARTS} buckets, so that a time is at most half a bucket away
 * from the middle of its bucket: 6.25%. Times up to an hour are told apart.
 *
 * <p>There is one array of counters for each interval of ten seconds. The first time of an interval replaces the array of the interval
 * that is seven earlier. So adding takes no lock, and the memory is bounded: 8 kB, and none before the first time. Any thread.
 */
final class TimeWindow {

    static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

    /** The one that runs, and those of the last minute. */
    private static final int INTERVALS = 7;

    private static final int PART_BITS = 3;
    private static final int PARTS = 1 << PART_BITS;
    // Below this power of two, all buckets have the same size.
    private static final int LEAST_BITS = 10;
    // Longer times count as if they took so long.
    private static final int MOST_BITS = 42;
    private static final int BUCKETS = (MOST_BITS - LEAST_BITS + 1) * PARTS;

    private final long origin;
    private final AtomicReferenceArray<@Nullable Interval> intervals = new AtomicReferenceArray<>(INTERVALS);

    private static final class Interval {

        private final long number;
        private final AtomicIntegerArray counts = new AtomicIntegerArray(BUCKETS);
        private final LongAccumulator max = new LongAccumulator(Math::max, 0);

        Interval(long number) {
            this.number = number;
        }
    }

    TimeWindow() {
        this(System.nanoTime());
    }

    /** Its first interval begins at this nano time. */
    TimeWindow(long origin) {
        this.origin = origin;
    }

    private long number(long now) {
        return Math.floorDiv(now - origin, INTERVAL);
    }

    /** Adds a time that ended at this nano time. */
    void add(long nanos, long now) {
        long time = Math.max(0, nanos);
        Interval interval = interval(number(now));
        // First the maximum, because a percentile is never above it.
        interval.max.accumulate(time);
        interval.counts.getAndIncrement(bucket(time));
    }

    private Interval interval(long number) {
        int index = (int) Math.floorMod(number, (long) INTERVALS);
        while (true) {
            Interval there = intervals.get(index);
            // A thread that was held up may have an older time. It counts in the newer interval.
            if (there != null && there.number - number >= 0) {
                return there;
            }
            Interval next = new Interval(number);
            if (intervals.compareAndSet(index, there, next)) {
                return next;
            }
        }
    }

    static int bucket(long nanos) {
        if (nanos < 1L << LEAST_BITS) {
            return (int) (nanos >>> (LEAST_BITS - PART_BITS));
        }
        int bits = Math.min(MOST_BITS, Long.SIZE - Long.numberOfLeadingZeros(nanos));
        long limited = Math.min(nanos, (1L << MOST_BITS) - 1);
        int part = (int) (limited >>> (bits - 1 - PART_BITS)) & (PARTS - 1);
        return (bits - LEAST_BITS) * PARTS + part;
    }

    /** The middle of a bucket. */
    static long middle(int bucket) {
        int bits = bucket / PARTS + LEAST_BITS;
        long size = 1L << Math.max(LEAST_BITS - PART_BITS, bits - 1 - PART_BITS);
        long start = bucket < PARTS ? bucket * size : (1L << (bits - 1)) + bucket % PARTS * size;
        return start + size / 2;
    }

    /** The times of the minute before this nano time, in one or several windows. */
    static RecentTimes of(List<TimeWindow> windows, long now) {
        long[] counts = new long[BUCKETS];
        long count = 0;
        long max = 0;
        for (TimeWindow window : windows) {
            for (int i = 0; i < INTERVALS; i++) {
                Interval interval = window.intervals.get(i);
                if (interval != null && window.number(now) - interval.number < INTERVALS) {
                    max = Math.max(max, interval.max.get());
                    count += add(interval.counts, counts);
                }
            }
        }
        return new RecentTimes(
                count, percentile(counts, count, 50, max), percentile(counts, count, 99, max), Duration.ofNanos(max));
    }

    private static long add(AtomicIntegerArray from, long[] to) {
        long count = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            int here = from.get(bucket);
            to[bucket] += here;
            count += here;
        }
        return count;
    }

    private static Duration percentile(long[] counts, long count, int percent, long max) {
        long rank = (count * percent + 99) / 100;
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= rank && seen > 0) {
                return Duration.ofNanos(Math.min(middle(bucket), max));
            }
        }
        return Duration.ZERO;
    }
}
