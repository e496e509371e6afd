package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiters are served as soon as a stream arrives, and no stream is lost when they time out. */
class WaitingTest {

    private static final Duration NEVER = Duration.ofHours(1);

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void aWaitingCallerDoesNotWaitForTheInterval() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(1, 1).interval(NEVER, NEVER));
        awaitIdle(client, 1);
        List<Long> micros = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            long start = System.nanoTime();
            client.take(SOON).close();
            client.take(SOON).close();
            micros.add((System.nanoTime() - start) / 1000);
        }
        Collections.sort(micros);
        System.out.println("a drained pool serves a waiting caller after (median, p99): " + micros.get(150) + " us, "
                + micros.get(297) + " us");
        assertThat(client.snapshot().totals().waitMax()).isPositive();
    }

    @Test
    void anEmptyServerPoolIsFilledWhenItsClientTakesStreams() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(8, 8).interval(NEVER, NEVER));
        awaitIdle(client, 8);
        List<Long> micros = new ArrayList<>();
        for (int round = 0; round < 25; round++) {
            for (int i = 0; i < 8; i++) {
                long start = System.nanoTime();
                PooledStream there = server.take(SOON);
                micros.add((System.nanoTime() - start) / 1000);
                client.take(there.id(), SOON).close();
                there.close();
            }
        }
        Collections.sort(micros);
        System.out.println("server-led, a pool of 8: a stream after (median, max): " + micros.get(100) + " us, "
                + micros.get(199) + " us");
    }

    @Test
    void aTakeTimesOut() throws Exception {
        ServerPool server = pools.server(s -> s);
        assertThatThrownBy(() -> server.take(Duration.ofMillis(80)))
                .isInstanceOfSatisfying(PoolTimeoutException.class, e -> {
                    assertThat(e.poolName()).isEqualTo("server");
                    assertThat(e.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(80));
                    assertThat(e.snapshot()).isNotNull();
                })
                .hasMessageContaining("server server: no stream within ")
                .hasMessageContaining("RUNNING, listening");
        assertThatThrownBy(() -> server.take(new StreamId(1), Duration.ZERO))
                .isInstanceOf(PoolTimeoutException.class)
                .hasMessageContaining("no stream 00000001 within ");
        assertThat(server.snapshot().totals().timeouts()).isEqualTo(2);
        assertThat(server.snapshot().waiting()).isZero();
    }

    @Test
    void aTimeOutSaysWhyThePoolIsNotConnected() {
        ClientPool client = pools.client("127.0.0.1:1", c -> c);
        await().until(() -> client.errorCount() > 0);
        assertThatThrownBy(() -> client.take(Duration.ofMillis(50)))
                .isInstanceOf(PoolTimeoutException.class)
                .hasMessageContaining("cannot connect to 127.0.0.1:1")
                .hasRootCauseInstanceOf(Exception.class);
    }

    /** Not during an overload, when many takes fail: a snapshot asks every connection. */
    @Test
    void aFailedTakeCostsNoSnapshot() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(16, 16).streamsPerConnection(1));
        awaitIdle(client, 16);
        client.suspend();
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int misses = 5_000;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < misses; i++) {
            assertThatMisses(client);
        }
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / misses;
        System.out.println("a get that misses beside 16 connections allocates " + each + " bytes");
        assertThat(each).isLessThan(5_000);
        assertThatThrownBy(() -> client.take(Duration.ZERO))
                .hasMessageContaining("SUSPENDED, connections 16 of 16 up, idle 16, capacity 16")
                .isInstanceOfSatisfying(PoolTimeoutException.class, e -> assertThat(
                                Objects.requireNonNull(e.snapshot()).peers())
                        .hasSize(16));
    }

    private static void assertThatMisses(StreamPool pool) throws InterruptedException {
        try {
            pool.take(Duration.ZERO);
            throw new AssertionError("it was served");
        } catch (PoolTimeoutException expected) {
            // As it should.
        }
    }

    /** The message describes the pool at that moment. */
    @Test
    void aFailedTakeHasTheNumbersOfThatMoment() throws Exception {
        ServerPool server = pools.server(s -> s);
        for (int waiting = 0; waiting < 5; waiting++) {
            assertThatThrownBy(() -> server.take(Duration.ZERO))
                    .hasMessageContaining("waiting " + server.snapshot().waiting());
            server.addError();
            var unused = server.takeAsync(NEVER);
            int expected = waiting + 1;
            assertThatThrownBy(() -> server.take(Duration.ZERO))
                    .hasMessageContaining("waiting " + expected + ", errors " + expected);
        }
    }

    @Test
    void anInterruptedCallerLosesNoStream() throws Exception {
        ServerPool server = pools.server(s -> s);
        AtomicInteger interrupted = new AtomicInteger();
        Thread caller = new Thread(() -> {
            try {
                server.take(SOON);
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
        });
        caller.start();
        await().until(() -> server.snapshot().waiting() == 1);
        caller.interrupt();
        caller.join();
        assertThat(interrupted).hasValue(1);
        assertThat(server.snapshot().waiting()).isZero();
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        awaitIdle(client, 1);
        assertThat(server.active()).isOne();
    }

    @Test
    void asynchronousCallersAreServedOnAWorker() throws Exception {
        ServerPool server = pools.server(s -> s);
        CompletableFuture<String> thread = server.takeAsync(SOON)
                .thenApply(stream -> {
                    stream.close();
                    return Thread.currentThread().getName();
                })
                .toCompletableFuture();
        await().until(() -> server.snapshot().waiting() == 1);
        pools.client(server, c -> c.capacity(1, 1));
        assertThat(thread.get(SOON.toSeconds(), TimeUnit.SECONDS)).startsWith("quicpool-server-worker");
    }

    @Test
    void asynchronousCallersTimeOutAndAreRefusedAsTheOthers() {
        ServerPool server = pools.server(s -> s);
        assertThatThrownBy(() -> server.takeAsync(StreamId.FIRST, Duration.ofMillis(50))
                        .toCompletableFuture()
                        .get(SOON.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(PoolTimeoutException.class);
        CompletableFuture<PooledStream> waiting = server.takeAsync(SOON).toCompletableFuture();
        server.close();
        assertThatThrownBy(() -> waiting.get(SOON.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> server.takeAsync(SOON).toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(PoolClosedException.class);
    }

    @Test
    void aCancelledAsynchronousCallLosesNoStream() throws Exception {
        ServerPool server = pools.server(s -> s);
        CompletableFuture<PooledStream> given = server.takeAsync(SOON).toCompletableFuture();
        assertThat(given.cancel(false)).isTrue();
        assertThat(server.snapshot().waiting()).isZero();
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        assertThat(server.active()).isEqualTo(2);
        assertThat(server.snapshot().taken()).isZero();
    }

    @Test
    void closingWakesWaiters() throws Exception {
        ServerPool server = pools.server(s -> s);
        List<Throwable> ends = Collections.synchronizedList(new ArrayList<>());
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread caller = new Thread(() -> {
                try {
                    server.take(NEVER);
                } catch (InterruptedException | PoolException e) {
                    ends.add(e);
                }
            });
            caller.start();
            callers.add(caller);
        }
        await().until(() -> server.snapshot().waiting() == 4);
        server.close();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(ends).hasSize(4).allSatisfy(e -> assertThat(e).isInstanceOf(PoolClosedException.class));
        assertThatThrownBy(() -> server.take(SOON)).isInstanceOf(PoolClosedException.class);
    }

    @Test
    void exhaustionIsReportedOnceUntilAStreamIsIdleAgain() throws Exception {
        ServerPool server = pools.server(s -> s);
        AtomicInteger told = new AtomicInteger();
        server.addListener(new PoolListener() {
            @Override
            public void exhausted(StreamPool pool) {
                told.incrementAndGet();
            }
        });
        CompletableFuture<PooledStream> one = server.takeAsync(SOON).toCompletableFuture();
        CompletableFuture<PooledStream> two = server.takeAsync(SOON).toCompletableFuture();
        await().until(() -> told.get() == 1);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        one.get().close();
        two.get().close();
        await().until(() -> server.active() >= 2);
        assertThat(told).hasValue(1);
    }
}
