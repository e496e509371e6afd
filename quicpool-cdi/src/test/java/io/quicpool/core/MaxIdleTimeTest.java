package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.PoolOptions;
import io.quicpool.core.streams.Callers;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.FakeStream;
import io.quicpool.testing.Pools;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class MaxIdleTimeTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final Answering connection = new Answering();

    @Test
    void idleStreamsAreReplacedAndStreamsInUseAreNot() throws Exception {
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(
                    server, c -> c.capacity(10, 10).option(PoolOptions.MAX_IDLE_TIME, Duration.ofMillis(600)));
            awaitIdle(client, 10);
            PooledStream taken = client.take(SOON);
            await().until(() -> surplus(client) >= 4);
            awaitIdle(client, 10);
            taken.outputStream().write(1);
            try (PooledStream same = server.take(taken.id(), SOON)) {
                assertThat(same.inputStream().read()).isEqualTo(1);
            }
            taken.close();
            assertThat(client.errorCount()).isZero();
        }
    }

    private static long surplus(ClientPool client) {
        return client.snapshot().totals().evicted().getOrDefault("surplus", 0L);
    }

    private CoreClientPool pool(int capacity, Duration maxIdleTime) {
        CoreClientPool pool = new CoreClientPool(
                "orders",
                ClientPoolConfig.builder()
                        .target("localhost:1")
                        .capacity(capacity, capacity)
                        .option(PoolOptions.MAX_IDLE_TIME, maxIdleTime)
                        .build(),
                events -> connection);
        pool.start();
        awaitIdle(pool, capacity);
        return pool;
    }

    private static void sweep(CoreClientPool pool, Duration later) {
        pool.idleSweep.run(pool.capacity(), System.nanoTime() + later.toNanos());
    }

    @Test
    void aFifthIsReplacedAtATime() {
        connection.credit = 1000;
        try (CoreClientPool pool = pool(10, HOUR)) {
            sweep(pool, Duration.ofMinutes(50));
            assertThat(surplus(pool)).isZero();
            sweep(pool, Duration.ofHours(2));
            assertThat(surplus(pool)).isEqualTo(2);
            awaitIdle(pool, 10);
            sweep(pool, Duration.ofHours(2));
            assertThat(surplus(pool)).isEqualTo(4);
        }
    }

    @Test
    void aPoolThatGetsNoOthersKeepsMostOfTheOld() {
        connection.credit = 10;
        try (CoreClientPool pool = pool(10, HOUR)) {
            for (int i = 0; i < 10; i++) {
                sweep(pool, Duration.ofHours(2));
            }
            assertThat(pool.idle()).isEqualTo(8);
            sweep(pool, Duration.ofHours(3));
            assertThat(pool.idle()).isEqualTo(7);
        }
    }

    @Test
    void streamsOfTheSameAgeAreReplacedOneAfterTheOther() {
        connection.credit = 1000;
        connection.ids.addAll(List.of(0x00, 0xff));
        try (CoreClientPool pool = pool(2, HOUR)) {
            sweep(pool, Duration.ofMinutes(57));
            assertThat(Callers.find(pool.idleStreams, new StreamId(0xff))).isNull();
            awaitIdle(pool, 2);
            sweep(pool, Duration.ofMinutes(57));
            assertThat(Callers.find(pool.idleStreams, new StreamId(0x00))).isNotNull();
        }
    }

    @Test
    void noneIsReplacedByDefaultOrWhileThePoolIsSuspended() {
        connection.credit = 1000;
        try (CoreClientPool pool = pool(2, Duration.ZERO)) {
            sweep(pool, Duration.ofDays(1000));
            assertThat(surplus(pool)).isZero();
        }
        assertThat(PoolOptions.MAX_IDLE_TIME.defaultText()).isEqualTo("0s");
        try (CoreClientPool pool = pool(2, HOUR)) {
            pool.suspend();
            sweep(pool, Duration.ofDays(1));
            assertThat(surplus(pool)).isZero();
        }
    }

    /** A connection whose streams get their ids at once. */
    private static final class Answering extends FakeConnection {

        private final List<Integer> ids = new CopyOnWriteArrayList<>();
        private int next = 0x1000;

        // Only the timer of the pool writes it.
        @SuppressWarnings("NonAtomicVolatileUpdate")
        @Override
        public CompletionStage<EngineStream> openStream() {
            credit--;
            next += 0x100;
            int id = ids.isEmpty() ? next : ids.remove(0);
            return CompletableFuture.completedFuture(new Answered(this, new StreamId(id)));
        }
    }

    private static final class Answered extends FakeStream {

        private final Connection connection;
        private final InputStream input;

        Answered(Connection connection, StreamId id) {
            this.connection = connection;
            this.input = new ByteArrayInputStream(id.toBytes());
        }

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public InputStream input() {
            return input;
        }

        @Override
        public void whenReadable(int bytes, Runnable action) {
            action.run();
        }

        @Override
        public void whenEnded(Runnable action) {}

        @Override
        public void reset(long applicationErrorCode) {}
    }
}
