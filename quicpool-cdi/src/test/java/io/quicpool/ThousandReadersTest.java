package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.testing.Pools;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thousand threads at once read the numbers of a pool, and take a stream each. */
class ThousandReadersTest {

    private static final int READERS = 1000;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void allReadFiguresThatFitAndGetTheirOwnAnswer() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        ClientPool client = pools.client(server, c -> c.capacity(64, 256));
        CountDownLatch together = new CountDownLatch(READERS);
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<String>> answers = IntStream.range(0, READERS)
                    .mapToObj(reader -> threads.submit(() -> {
                        together.countDown();
                        together.await();
                        for (int look = 0; look < 100; look++) {
                            PoolSnapshot now = client.snapshot();
                            assertThat(now.capacity()).isBetween(64, 256);
                            assertThat(client.active()).isBetween(0, 256);
                            assertThat(client.interval()).isPositive();
                        }
                        try (PooledStream stream = client.take(SOON)) {
                            stream.outputStream().write(("I am " + reader).getBytes(UTF_8));
                            stream.outputStream().close();
                            return new String(stream.inputStream().readAllBytes(), UTF_8);
                        }
                    }))
                    .toList();
            for (int reader = 0; reader < READERS; reader++) {
                assertThat(answers.get(reader).get(SOON.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo("I am " + reader);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(client.snapshot().totals().handedOut()).isEqualTo(READERS);
    }
}
