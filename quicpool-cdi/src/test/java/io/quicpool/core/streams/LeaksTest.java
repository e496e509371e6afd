package io.quicpool.core.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.testing.FakeStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is no leak, one step at a time. {@link io.quicpool.LeakTest} has those of whole pools. */
class LeaksTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final PoolThreads threads = new PoolThreads("leaks");
    private final Metrics metrics = new Metrics();
    private final PoolStreams streams = new PoolStreams(
            new PoolLog(PoolLabel.client("test")),
            ClientPoolConfig.builder()
                    .target("localhost:1")
                    .leakDetectionThreshold(SECOND)
                    .build(),
            threads,
            metrics,
            new Nobody());

    @AfterEach
    void close() throws InterruptedException {
        threads.close(SECOND);
    }

    /** A caller gave up as it got a stream. The next one has that stream, and not yet its lease. */
    @Test
    void aUseThatWasUndoneDoesNotCountAgainstTheNext() {
        FakeStream stream = new FakeStream() {
            @Override
            public void inUse() {}
        };
        Slot slot = new Slot(stream, 0, 0);
        slot.id(new StreamId(1));
        streams.index().register(slot);
        streams.index().deliver(slot);
        assertThat(streams.index().takeAny()).isSameAs(slot);
        streams.lease(slot, null);
        long before = System.nanoTime();
        streams.undoLease(slot);
        await().until(() -> System.nanoTime() - before > SECOND.toNanos());
        assertThat(streams.index().takeAny()).isSameAs(slot);
        streams.checkLeaks();
        assertThat(Metrics.totals(List.of(metrics)).leaked()).isZero();
    }
}
