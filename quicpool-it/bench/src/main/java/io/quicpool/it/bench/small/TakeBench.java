package io.quicpool.it.bench.small;

import io.quicpool.PooledStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Taking an idle stream. Each iteration is one batch, because a stream is taken once: a pool has no more to give than it holds. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FullPool.TAKES)
@Warmup(iterations = 60)
@Measurement(iterations = 60)
@Fork(3)
public class TakeBench {

    /** Takes and keeps; the streams are ended when the clock has stopped. */
    @Benchmark
    public void take(FullPool full, Kept kept, CallerBytes bytes) throws InterruptedException {
        PooledStream[] streams = kept.streams;
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            streams[i] = full.take();
        }
        bytes.end(FullPool.TAKES);
    }

    /** Takes one and closes it: what metrics record of a use is in it. */
    @Benchmark
    public void takeAndClose(FullPool full, CallerBytes bytes, Blackhole hole) throws InterruptedException {
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            PooledStream stream = full.take();
            hole.consume(stream);
            stream.close();
        }
        bytes.end(FullPool.TAKES);
    }
}
