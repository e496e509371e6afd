package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After close nothing is left: no thread, no socket, no stream. */
class ClosingTest {

    private final Pools pools = new Pools();
    private Set<Thread> before;

    @BeforeEach
    void count() {
        before = Thread.getAllStackTraces().keySet();
    }

    @AfterEach
    void close() {
        pools.close();
    }

    private Set<Thread> left() {
        Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
        now.removeAll(before);
        // Of the JDK and of the test's own waiting.
        now.removeIf(thread -> thread.getName().startsWith("awaitility")
                || thread.getName().startsWith("process reaper")
                || thread.getName().startsWith("ForkJoinPool")
                || thread.getName().startsWith("Attach Listener")
                || thread.getName().startsWith("RMI ")
                || thread.getName().startsWith("CompletableFutureDelayScheduler"));
        return now;
    }

    private void assertNothingIsLeft() {
        await().untilAsserted(() -> assertThat(left()).isEmpty());
    }

    private ServerPool answering(byte[] answer, CountDownLatch asked) {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            assertThat(stream.inputStream().read()).isEqualTo(1);
            asked.countDown();
            stream.outputStream().write(answer);
        });
        return server;
    }

    /** A listener that blocks until it is interrupted. */
    private static PoolListener blocking() {
        return new PoolListener() {
            @Override
            public void boundsChanged(StreamPool pool) {
                try {
                    Thread.currentThread().join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    @Test
    void whatWasWrittenBeforeADrainedPoolClosedCanStillBeRead() throws Exception {
        byte[] answer = new byte[40_000];
        Arrays.fill(answer, (byte) 7);
        CountDownLatch asked = new CountDownLatch(10);
        ServerPool server = answering(answer, asked);
        ClientPool client = pools.client(server, c -> c.capacity(10, 10));
        awaitIdle(client, 10);
        List<PooledStream> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            PooledStream stream = client.take(SOON);
            stream.outputStream().write(1);
            streams.add(stream);
        }
        assertThat(asked.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        long start = System.nanoTime();
        server.close(SOON);
        System.out.println("a server with 400 kB of answers under way closed after "
                + (System.nanoTime() - start) / 1_000_000 + " ms");
        await().until(() -> !client.ready());
        for (PooledStream stream : streams) {
            assertThat(stream.inputStream().readAllBytes()).isEqualTo(answer);
            stream.close();
        }
    }

    /** Such a path takes longer than a lost peer may be silent. */
    @Test
    void whatIsUnderWayOnASlowPathArrivesBeforeADrainedPoolCloses() throws Exception {
        byte[] answer = new byte[10_000];
        CountDownLatch asked = new CountDownLatch(10);
        ServerPool server = answering(answer, asked);
        try (Relay path = new Relay(server.localAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + path.port(), c -> c.capacity(10, 10));
            awaitIdle(client, 10);
            path.slow(Duration.ofMillis(60));
            List<FutureTask<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                PooledStream stream = client.take(SOON);
                stream.outputStream().write(1);
                FutureTask<byte[]> read =
                        new FutureTask<>(() -> stream.inputStream().readAllBytes());
                new Thread(read).start();
                answers.add(read);
            }
            assertThat(asked.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            server.close(SOON);
            for (FutureTask<byte[]> read : answers) {
                assertThat(read.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(answer);
            }
        }
    }

    /** Even if its congestion window is full: the client does not wait for its idle time-out. */
    @Test
    void aClientOnASlowPathIsToldThatItsServerHasClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(10);
        ServerPool server = answering(new byte[10_000], asked);
        try (Relay path = new Relay(server.localAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + path.port(), c -> c.capacity(10, 10));
            awaitIdle(client, 10);
            path.slow(Duration.ofMillis(60));
            Queue<String> lost = new ConcurrentLinkedQueue<>();
            client.addListener(new PoolListener() {
                @Override
                public void peerLost(StreamPool pool, String reason) {
                    lost.add(reason);
                }
            });
            for (int i = 0; i < 10; i++) {
                client.take(SOON).outputStream().write(1);
            }
            assertThat(asked.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            server.close(Duration.ZERO);
            await().until(() -> !lost.isEmpty());
            assertThat(lost.peek()).contains("pool closed");
        }
    }

    /** Its streams in use continue. New streams go to the address that its target then has. */
    @Test
    void aClientWithAStreamInUseOnAServerThatDrainsConnectsElsewhere() throws Exception {
        ServerPool first = pools.server(s -> s);
        ServerPool second = pools.server(s -> s);
        AtomicReference<InetSocketAddress> target = new AtomicReference<>(first.localAddress());
        ClientPool client = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target("peer:1")
                .resolver(name -> List.of(target.get()))
                .tlsMode(TlsMode.INSECURE)
                .capacity(4, 4)
                .build()));
        awaitIdle(client, 4);
        PooledStream there = first.take(SOON);
        PooledStream here = client.take(there.id(), SOON);
        target.set(second.localAddress());
        Thread draining = new Thread(() -> first.close(SOON));
        draining.start();
        await().until(() -> second.active() == 4);
        await().until(client::ready);
        try (PooledStream elsewhere = client.take(SOON)) {
            assertThat(elsewhere.remoteAddress()).isEqualTo(second.localAddress());
        }
        assertThat(client.snapshot().peers()).hasSize(2);
        here.outputStream().write(1);
        assertThat(there.inputStream().read()).isEqualTo(1);
        there.outputStream().write(2);
        assertThat(here.inputStream().read()).isEqualTo(2);
        here.outputStream().write(3);
        here.close();
        assertThat(there.inputStream().read()).isEqualTo(3);
        there.close();
        draining.join();
        await().until(() -> client.snapshot().peers().size() == 1);
        assertThat(client.ready()).isTrue();
    }

    /** The application may use the code for its own purposes. */
    @Test
    void theSameCodeOnAStreamInUseSaysNothingOfThePool() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        PooledStream there = server.take(SOON);
        try (PooledStream here = client.take(there.id(), SOON)) {
            there.reset(StreamErrors.CLOSING);
            assertThatThrownBy(() -> here.inputStream().read()).isInstanceOf(IOException.class);
        }
        awaitIdle(client, 2);
        assertThat(client.snapshot().totals().connects()).isOne();
        assertThat(client.snapshot().totals().lost()).isZero();
    }

    @Test
    void noThreadAndNoSocketIsLeft() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> stream.inputStream().readAllBytes());
        ClientPool client = pools.client(server, c -> c.capacity(50, 50));
        awaitIdle(client, 50);
        client.takeAsync(SOON).toCompletableFuture().get().close();
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(SOON);
            stream.outputStream().write(1);
            stream.outputStream().close();
            assertThat(stream.inputStream().read()).isEqualTo(-1);
        }
        int port = server.localAddress().getPort();
        client.close();
        server.close();
        assertNothingIsLeft();
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
        assertThat(client.snapshot().idle()).isZero();
        assertThat(server.snapshot().idle()).isZero();
        new DatagramSocket(port).close();
    }

    @Test
    void nothingIsLeftOfAttemptsThatFailedAndOfConnectionsThatWereLost() {
        ServerPool server = pools.server(s -> s);
        String address = "127.0.0.1:" + server.localAddress().getPort();
        ClientPool client = pools.client(address, c -> c);
        await().until(client::ready);
        server.close();
        await().until(() -> client.errorCount() > 3);
        client.close();
        assertNothingIsLeft();
    }

    @Test
    void nothingIsLeftOfAnAttemptThatWaitsForAnAnswer() throws Exception {
        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ClientPool client =
                    pools.client("127.0.0.1:" + mute.getLocalPort(), c -> c.connectTimeout(Duration.ofMinutes(10)));
            await().until(() -> client.snapshot().link().equals("connecting"));
            long start = System.nanoTime();
            client.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
        }
        assertNothingIsLeft();
    }

    @Test
    void drainingWaitsForStreamsInUse() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        PooledStream there = server.take(SOON);
        PooledStream here = client.take(there.id(), SOON);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> client.close(SOON));
        await().until(() -> client.state() == PoolState.CLOSING);
        here.outputStream().write(1);
        assertThat(there.inputStream().read()).isOne();
        assertThat(closing).isNotDone();
        here.close();
        closing.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
    }

    @Test
    void aDrainingServerClosesConnectionsWithoutStreamsInUse() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool busy = pools.client(server, c -> c.name("busy").capacity(2, 2));
        awaitIdle(busy, 2);
        PooledStream there = server.take(SOON);
        PooledStream here = busy.take(there.id(), SOON);
        ClientPool other = pools.client(server, c -> c.name("other").capacity(2, 2));
        awaitIdle(other, 2);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> server.close(SOON));
        // It may connect elsewhere, instead of waiting for the streams of others.
        await().until(() -> other.snapshot().totals().lost() == 1);
        assertThat(closing).isNotDone();
        assertThat(busy.snapshot().peers()).hasSize(1);
        here.outputStream().write(1);
        assertThat(there.inputStream().read()).isOne();
        there.outputStream().write(2);
        there.close();
        assertThat(here.inputStream().readAllBytes()).containsExactly(2);
        here.close();
        closing.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void drainingEndsAtItsDeadline() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        awaitIdle(client, 2);
        PooledStream forgotten = client.take(SOON);
        long start = System.nanoTime();
        client.close(Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(client.snapshot().taken()).isZero();
        forgotten.close();
    }

    @Test
    void aDrainTimeoutMayHaveAnySize() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        Thread closing = new Thread(() -> client.close(ChronoUnit.FOREVER.getDuration()));
        try (PooledStream stream = client.take(SOON)) {
            stream.readTimeout(ChronoUnit.FOREVER.getDuration());
            closing.start();
            await().until(() -> client.state() == PoolState.CLOSING);
        }
        closing.join(SOON.toMillis());
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
    }

    @Test
    void closingTwiceAndFromAListenerIsFine() {
        ServerPool server = pools.server(s -> s);
        AtomicInteger closed = new AtomicInteger();
        ClientPool client = pools.client(server, c -> c);
        client.addListener(new PoolListener() {
            @Override
            public void ready(StreamPool pool) {
                pool.close();
            }

            @Override
            public void closed(StreamPool pool) {
                closed.incrementAndGet();
            }
        });
        await().until(() -> client.state() == PoolState.CLOSED);
        client.close();
        await().until(() -> closed.get() == 1);
        server.close();
        await().until(() -> left().isEmpty());
    }

    @Test
    void aHandlerMayCloseItsPool() throws Exception {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> server.close());
        ClientPool client = pools.client(server, c -> c.capacity(2, 2));
        try (PooledStream stream = client.take(SOON)) {
            stream.outputStream().write(1);
            await().until(() -> server.state() == PoolState.CLOSED);
        }
        client.close();
        assertNothingIsLeft();
    }

    @Test
    void aDependentMayCloseThePool() throws Exception {
        ServerPool server = pools.server(s -> s);
        CompletableFuture<?> closing =
                server.takeAsync(SOON).thenAccept(stream -> server.close()).toCompletableFuture();
        CompletableFuture<PooledStream> other = server.takeAsync(SOON).toCompletableFuture();
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        closing.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(server.state()).isEqualTo(PoolState.CLOSED);
        await().until(other::isDone);
        client.close();
        assertNothingIsLeft();
    }

    /** A caller that is interrupted stops waiting. The pool still closes. */
    @Test
    void twoClosersCanBothBeInterrupted() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(1, 1));
        PooledStream held = client.take(SOON);
        Thread first = new Thread(() -> client.close(Duration.ofMinutes(10)));
        first.start();
        await().until(() -> client.state() == PoolState.CLOSING);
        Thread second = new Thread(() -> client.close(Duration.ofMinutes(10)));
        second.start();
        second.interrupt();
        second.join(SOON.toMillis());
        assertThat(second.isAlive()).isFalse();
        assertThat(client.state()).isEqualTo(PoolState.CLOSING);
        first.interrupt();
        first.join(SOON.toMillis());
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
        held.close();
        server.close();
        assertNothingIsLeft();
    }

    /** As for any other caller. */
    @Test
    void whatBlocksIsInterruptedWhenAListenerClosesThePool() {
        ServerPool server = pools.server(s -> s);
        PoolListener blocks = blocking();
        PoolListener closes = new PoolListener() {
            @Override
            public void boundsChanged(StreamPool pool) {
                pool.close();
            }
        };
        server.addListener(blocks);
        server.takeAsync(SOON).whenComplete((stream, failure) -> blocks.boundsChanged(server));
        server.addListener(closes);
        server.maxCapacity(1);
        await().until(() -> server.state() == PoolState.CLOSED);
        assertNothingIsLeft();
    }

    /** Not even the event "closed", which unregisters MXBeans. */
    @Test
    void manyBlockedListenersDelayNoOther() {
        ServerPool server = pools.server(s -> s);
        AtomicInteger told = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            server.addListener(blocking());
            server.addListener(new PoolListener() {
                @Override
                public void boundsChanged(StreamPool pool) {
                    told.incrementAndGet();
                }

                @Override
                public void closed(StreamPool pool) {
                    closed.incrementAndGet();
                }
            });
        }
        server.maxCapacity(1);
        await().until(() -> told.get() == 20);
        server.close();
        await().until(() -> closed.get() == 20);
        assertNothingIsLeft();
    }

    @Test
    void aListenerThatThrowsOrBlocksDelaysNoOther() {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c);
        AtomicInteger told = new AtomicInteger();
        client.addListener(new PoolListener() {
            @Override
            public void boundsChanged(StreamPool pool) {
                throw new IllegalStateException("a listener that throws");
            }
        });
        client.addListener(blocking());
        client.addListener(new PoolListener() {
            @Override
            public void boundsChanged(StreamPool pool) {
                told.incrementAndGet();
            }
        });
        for (int i = 0; i < 5; i++) {
            client.capacityBounds(client.capacityBounds());
        }
        await().until(() -> told.get() == 5);
        await().until(client::ready);
    }
}
