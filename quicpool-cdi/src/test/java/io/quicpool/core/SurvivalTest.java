package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.TlsMode;
import io.quicpool.core.report.Listeners;
import io.quicpool.core.report.PoolLog;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool survives errors on its own threads, above all OutOfMemoryError. */
class SurvivalTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private static OutOfMemoryError noMemory() {
        return new OutOfMemoryError("for the test");
    }

    @Test
    void aListenerThatThrowsAnErrorGetsTheNextEvent() {
        ServerPool server = pools.server(s -> s);
        AtomicInteger told = new AtomicInteger();
        server.addListener(new PoolListener() {
            @Override
            public void boundsChanged(StreamPool pool) {
                told.incrementAndGet();
                throw noMemory();
            }
        });
        for (int i = 1; i <= 3; i++) {
            server.maxCapacity(100 + i);
            int events = i;
            await().until(() -> told.get() == events);
        }
    }

    @Test
    void aListenerWhoseThreadCannotBeMadeIsCalledWithTheNextEvent() {
        AtomicInteger tries = new AtomicInteger();
        Listeners listeners = new Listeners(
                task -> {
                    if (tries.incrementAndGet() < 3) {
                        throw noMemory();
                    }
                    task.run();
                },
                new PoolLog(PoolLabel.client("test")));
        AtomicInteger told = new AtomicInteger();
        listeners.add(new PoolListener() {});
        for (int i = 0; i < 3; i++) {
            listeners.fire(each -> told.incrementAndGet());
        }
        assertThat(told).hasValue(3);
    }

    /** Neither in a pool nor in a group of pools. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void listenersThatBlockHoldUpNoAsynchronousGet(int targets) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger blocked = new AtomicInteger();
        String servers = Stream.generate(() -> pools.server(s -> s))
                .limit(targets)
                .map(server -> "127.0.0.1:" + server.localAddress().getPort())
                .collect(Collectors.joining(","));
        ClientPool client = pools.client(servers, c -> c.capacity(1, 1));
        Pools.awaitIdle(client, targets);
        for (int i = 0; i < 20; i++) {
            client.addListener(new PoolListener() {
                @Override
                public void boundsChanged(StreamPool pool) {
                    blocked.incrementAndGet();
                    awaitForEver(never);
                }
            });
        }
        client.capacityBounds(client.capacityBounds());
        await().until(() -> blocked.get() >= 8);
        client.suspend();
        var waiting = client.takeAsync(SOON).toCompletableFuture();
        client.resume();
        try (PooledStream stream = waiting.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(stream.id()).isNotNull();
        } finally {
            never.countDown();
        }
    }

    private static void awaitForEver(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anAttemptThatDiesOfAnErrorIsFollowedByAnother() {
        AtomicInteger attempts = new AtomicInteger();
        CoreClientPool pool = new CoreClientPool("test", config(), events -> {
            attempts.incrementAndGet();
            throw noMemory();
        });
        pools.keep(pool);
        pool.start();
        await().until(() -> attempts.get() >= 3);
        assertThat(pool.snapshot().lastError()).contains("for the test");
    }

    /** The connector thread dies, and its result is lost. The periodic check notices. */
    @Test
    void anAttemptWithoutAResultIsFollowedByAnother() {
        AtomicInteger attempts = new AtomicInteger();
        CoreClientPool pool = new CoreClientPool("test", config(), events -> {
            if (attempts.incrementAndGet() == 1) {
                throw new InterruptedException("nobody has asked for it");
            }
            throw noMemory();
        });
        pools.keep(pool);
        pool.start();
        await().until(() -> attempts.get() >= 2);
    }

    private static ClientPoolConfig config() {
        return ClientPoolConfig.builder()
                .target("localhost:1")
                .tlsMode(TlsMode.INSECURE)
                .build();
    }

    @Test
    void decisionsGoOnAfterAnError() {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        Pools.awaitIdle(client, 2);
        CorePool core = (CorePool) client;
        core.threads.decide(() -> {
            throw noMemory();
        });
        client.flush();
        Pools.awaitIdle(client, 2);
    }

    @Test
    void aHandlerThatThrowsAnErrorCostsItsStream() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            if (stream.inputStream().read() == 1) {
                throw noMemory();
            }
            stream.outputStream().write(3);
        });
        ClientPool client = pools.client(server, c -> c);
        for (int i = 0; i < 100; i++) {
            assertThat(answerTo(client, 1)).isEqualTo(-1);
        }
        assertThat(answerTo(client, 2)).isEqualTo(3);
        assertThat(server.errorCount()).isEqualTo(100);
        await().until(() -> server.snapshot().taken() == 0);
    }

    @Test
    void anExecutorWithoutAThreadForAHandlerRefusesTheStream() throws Exception {
        AtomicInteger tasks = new AtomicInteger();
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> stream.outputStream().write(3), task -> {
            switch (tasks.incrementAndGet()) {
                case 1 -> throw noMemory();
                case 2 -> throw new RejectedExecutionException();
                default -> task.run();
            }
        });
        ClientPool client = pools.client(server, c -> c);
        assertThat(answerTo(client, 1)).isEqualTo(-1);
        assertThat(answerTo(client, 1)).isEqualTo(-1);
        assertThat(answerTo(client, 1)).isEqualTo(3);
        assertThat(server.snapshot().totals().refused()).containsEntry("handler-busy", 2L);
    }

    // -1 when the stream was reset.
    private static int answerTo(ClientPool client, int question) throws Exception {
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(question);
            return stream.inputStream().read();
        } catch (IOException e) {
            return -1;
        }
    }
}
