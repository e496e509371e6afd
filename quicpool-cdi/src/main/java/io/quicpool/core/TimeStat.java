package io.quicpool.core;

import java.time.Duration;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The mean and the maximum of many durations. */
final class TimeStat {

    private final LongAdder count = new LongAdder();
    private final LongAdder sum = new LongAdder();
    private final LongAccumulator max = new LongAccumulator(Math::max, 0);

    void add(long nanos) {
        count.increment();
        sum.add(nanos);
        max.accumulate(nanos);
    }

    Duration mean() {
        long n = count.sum();
        return n == 0 ? Duration.ZERO : Duration.ofNanos(sum.sum() / n);
    }

    Duration max() {
        return Duration.ofNanos(max.get());
    }
}
