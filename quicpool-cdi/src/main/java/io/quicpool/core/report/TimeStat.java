package io.quicpool.core.report;

import io.quicpool.RecentTimes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The mean and the maximum of many durations, and the percentiles of those in the last minute. */
final class TimeStat {

    private final LongAdder count = new LongAdder();
    private final LongAdder sum = new LongAdder();
    private final LongAccumulator max = new LongAccumulator(Math::max, 0);
    private final TimeWindow recent = new TimeWindow();

    /** Adds a duration that ended at this nano time. */
    void add(long nanos, long now) {
        count.increment();
        sum.add(nanos);
        max.accumulate(nanos);
        recent.add(nanos, now);
    }

    static RecentTimes recent(List<TimeStat> stats, long now) {
        return TimeWindow.of(stats.stream().map(stat -> stat.recent).toList(), now);
    }

    static Duration mean(List<TimeStat> stats) {
        long n = stats.stream().mapToLong(stat -> stat.count.sum()).sum();
        return n == 0
                ? Duration.ZERO
                : Duration.ofNanos(
                        stats.stream().mapToLong(stat -> stat.sum.sum()).sum() / n);
    }

    static Duration max(List<TimeStat> stats) {
        return Duration.ofNanos(
                stats.stream().mapToLong(stat -> stat.max.get()).max().orElse(0));
    }
}
