package io.quicpool.core.streams;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.PooledStream;
import io.quicpool.metrics.MicrometerMetrics;
import io.quicpool.testing.Pools;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a caller allocates to take an idle stream, and that metrics add nothing to it. */
class TakeCostTest {

    private static final int STREAMS = 64;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long bytesOfATake(List<PoolObserver> observers) throws InterruptedException {
        try (Pools pools = new Pools()) {
            observers.forEach(pools::observedBy);
            ClientPool client = pools.client(pools.server(s -> s), c -> c.capacity(STREAMS, STREAMS));
            long least = Long.MAX_VALUE;
            // The compiler may need some memory on this thread.
            for (int round = 0; round < 20; round++) {
                Pools.awaitIdle(client, STREAMS);
                List<PooledStream> taken = new ArrayList<>(STREAMS);
                for (int i = 0; i < STREAMS / 2; i++) {
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    PooledStream stream = client.take(SOON);
                    least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
                    taken.add(stream);
                }
                taken.forEach(PooledStream::close);
            }
            return least;
        }
    }

    @Test
    void metricsAddNothing() throws InterruptedException {
        long without = bytesOfATake(List.of());
        System.out.println("a take allocates " + without + " bytes");
        assertThat(without).isPositive().isLessThan(100);
        assertThat(bytesOfATake(List.of(new MicrometerMetrics(new SimpleMeterRegistry()))))
                .isEqualTo(without);
    }
}
