package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pairs from many threads while the refill runs: every id matches, nothing is lost, nothing is doubled. */
class PairingStressTest {

    private static final int PAIRS = 10_000;
    private static final int THREADS = 8;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void tenThousandPairsFromEightThreadsOnEachSide() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client =
                pools.client(server, c -> c.streamsPerConnection(1 << 20).capacity(64, 256));
        BlockingQueue<StreamId> told = new ArrayBlockingQueue<>(PAIRS);
        Set<StreamId> held = ConcurrentHashMap.newKeySet();
        AtomicInteger toTake = new AtomicInteger(PAIRS);
        AtomicInteger toMatch = new AtomicInteger(PAIRS);
        AtomicInteger matched = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
        try {
            var servers = IntStream.range(0, THREADS)
                    .<Future<?>>mapToObj(n -> threads.submit(() -> {
                        while (toTake.getAndDecrement() > 0) {
                            // Closed later, because the id belongs to its stream until both ends are taken.
                            PooledStream there = server.take(SOON);
                            assertThat(held.add(there.id())).isTrue();
                            there.outputStream().write(there.id().toBytes());
                            there.outputStream().close();
                            told.put(there.id());
                        }
                        return null;
                    }))
                    .toList();
            var clients = IntStream.range(0, THREADS)
                    .<Future<?>>mapToObj(n -> threads.submit(() -> {
                        while (toMatch.getAndDecrement() > 0) {
                            StreamId id = told.poll(SOON.toSeconds(), TimeUnit.SECONDS);
                            assertThat(id).isNotNull();
                            try (PooledStream here = client.take(id, SOON)) {
                                byte[] said = here.inputStream().readNBytes(StreamId.BYTES);
                                assertThat(ByteBuffer.wrap(said).getInt()).isEqualTo(id.value());
                                assertThat(here.id()).isEqualTo(id);
                            }
                            matched.incrementAndGet();
                        }
                        return null;
                    }))
                    .toList();
            for (Future<?> each : servers) {
                each.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
            for (Future<?> each : clients) {
                each.get(SOON.toSeconds(), TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(matched).hasValue(PAIRS);
        assertThat(held).hasSize(PAIRS);
        assertThat(client.snapshot().taken()).isZero();
        assertThat(client.snapshot().totals().failed()).isZero();
        assertThat(client.snapshot().totals().connects()).isOne();
        await().until(() -> client.active() == server.active());
    }
}
