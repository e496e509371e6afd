package io.quicpool.core.threads;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolThreadsTest {

    private final PoolThreads threads = new PoolThreads("test");
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void close() throws InterruptedException {
        never.countDown();
        threads.close(Duration.ofSeconds(10));
    }

    private void block() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void connectionsAreClosedWhateverElseBlocks() throws Exception {
        for (int i = 0; i < 50; i++) {
            threads.workers().execute(this::block);
            threads.listeners().execute(this::block);
            // Closing of other connections blocks too.
            threads.closeConnection(this::block);
        }
        CountDownLatch closed = new CountDownLatch(1);
        threads.closeConnection(closed::countDown);
        assertThat(closed.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
