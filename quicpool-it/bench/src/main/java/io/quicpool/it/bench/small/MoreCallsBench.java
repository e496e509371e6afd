package io.quicpool.it.bench.small;

import io.quicpool.PoolTimeoutException;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** The less frequent calls. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FullPool.TAKES)
public class MoreCallsBench {

    // The peer counts from 0 and does not come so far.
    private static final StreamId UNKNOWN = new StreamId(-1);

    /** The next id that nobody has taken. The peer gives ids in order, so all from here to the capacity are idle. */
    @State(Scope.Benchmark)
    public static class Ids {
        private final AtomicInteger next = new AtomicInteger();
    }

    /** Takes by an id that is not there. */
    @Benchmark
    public void miss(FullPool full, CallerBytes bytes, Blackhole hole) throws InterruptedException {
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            try {
                hole.consume(full.take(UNKNOWN));
            } catch (PoolTimeoutException expected) {
                hole.consume(expected);
            }
        }
        bytes.end(FullPool.TAKES);
    }

    /** Takes by an id that is there; the streams are ended when the clock has stopped. */
    @Benchmark
    public void takeById(FullPool full, Ids ids, Kept kept, CallerBytes bytes) throws InterruptedException {
        PooledStream[] streams = kept.streams;
        int first = ids.next.getAndAdd(FullPool.TAKES);
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            streams[i] = full.take(new StreamId(first + i));
        }
        bytes.end(FullPool.TAKES);
    }

    /** All numbers of the pool. */
    @Benchmark
    public void snapshot(FullPool full, CallerBytes bytes, Blackhole hole) {
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            hole.consume(full.pool.snapshot());
        }
        bytes.end(FullPool.TAKES);
    }
}
