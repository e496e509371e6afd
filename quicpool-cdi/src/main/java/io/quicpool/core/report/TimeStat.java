package io.quicpool.core.report;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The mean and the maximum of many durations. */
public final class TimeStat {

    private final LongAdder count = new LongAdder();
    private final LongAdder sum = new LongAdder();
    private final LongAccumulator max = new LongAccumulator(Math::max, 0);

    public void add(long nanos) {
        count.increment();
        sum.add(nanos);
        max.accumulate(nanos);
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
