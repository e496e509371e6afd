package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The peer disconnects, returns, moves, or is late. The module peer kills whole processes. */
class RecoveryTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    /** Counts events. */
    private static final class Told implements PoolListener {
        final AtomicInteger ready = new AtomicInteger();
        final AtomicInteger lost = new AtomicInteger();
        final AtomicInteger recovered = new AtomicInteger();
        final AtomicReference<String> reason = new AtomicReference<>("");

        @Override
        public void ready(StreamPool pool) {
            ready.incrementAndGet();
        }

        @Override
        public void peerLost(StreamPool pool, String why) {
            reason.set(why);
            lost.incrementAndGet();
        }

        @Override
        public void recovered(StreamPool pool) {
            recovered.incrementAndGet();
        }
    }

    @Test
    void afterAGracefulCloseTheClientOffersOnlyNewStreams() throws Exception {
        ServerPool server = pools.server(s -> s);
        String address = "127.0.0.1:" + server.localAddress().getPort();
        ClientPool client = pools.client(address, c -> c.capacity(50, 50));
        Told told = new Told();
        client.addListener(told);
        awaitIdle(client, 50);
        PooledStream control = client.take(StreamId.FIRST, SOON);
        server.close();
        await().until(() -> !client.ready());
        assertThat(client.active()).isZero();
        await().until(() -> told.lost.get() == 1);
        assertThat(told.reason.get()).contains("pool closed");
        control.close();

        ServerPool again = pools.server(s -> s, address);
        long back = System.nanoTime();
        await().until(client::ready);
        System.out.println("ready again " + (System.nanoTime() - back) / 1_000_000 + " ms after the server was back");
        awaitIdle(client, 50);
        await().until(() -> told.recovered.get() == 1);
        assertThat(client.snapshot().totals().lost()).isPositive();
        for (int i = 0; i < 50; i++) {
            try (PooledStream there = again.take(SOON);
                    PooledStream here = client.take(there.id(), SOON)) {
                here.outputStream().write(i);
                assertThat(there.inputStream().read()).isEqualTo(i);
            }
        }
    }

    @Test
    void theClientMayBeStartedFirst() throws Exception {
        ServerPool probe = pools.server(s -> s);
        String address = "127.0.0.1:" + probe.localAddress().getPort();
        probe.close();
        ClientPool client = pools.client(address, c -> c);
        Told told = new Told();
        client.addListener(told);
        await().until(() -> client.errorCount() >= 3);
        assertThat(client.ready()).isFalse();
        assertThat(client.snapshot().lastError()).contains("port unreachable");
        pools.server(s -> s, address);
        await().until(client::ready);
        await().until(() -> told.ready.get() == 1);
        assertThat(told.recovered).hasValue(0);
        client.resetError();
        assertThat(client.errorCount()).isZero();
        assertThat(client.snapshot().lastError()).isNull();
    }

    @Test
    void theNextConnectFollowsTheResolver() throws Exception {
        ServerPool first = pools.server(s -> s);
        ServerPool second = pools.server(s -> s);
        AtomicReference<InetSocketAddress> where = new AtomicReference<>(first.localAddress());
        ClientPool client = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target("peer:1")
                .resolver(target -> List.of(where.get()))
                .tlsMode(TlsMode.SELF_SIGNED)
                .build()));
        await().until(client::ready);
        assertThat(first.active()).isPositive();
        where.set(second.localAddress());
        first.close();
        await().until(client::ready);
        assertThat(client.snapshot().peers()).singleElement().satisfies(peer -> assertThat(peer.remote())
                .isEqualTo(second.localAddress()));
    }

    @Test
    void aResolverThatFailsIsReportedAndAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        ClientPool client = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target("peer:1")
                .resolver(target -> {
                    switch (asked.incrementAndGet()) {
                        case 1 -> throw new IOException("no such service today");
                        case 2 -> throw new IllegalStateException("a bug in the resolver");
                        default -> {
                            return List.of(InetSocketAddress.createUnresolved("nowhere", 1));
                        }
                    }
                })
                .tlsMode(TlsMode.INSECURE)
                .build()));
        await().until(() -> asked.get() > 4);
        assertThat(client.errorCount()).isGreaterThan(3);
        assertThat(client.snapshot().lastError()).contains("not resolved");
    }

    @Test
    void anUnknownHostIsReportedAndTriedAgain() {
        ClientPool client = pools.client("no-such-host.invalid:4433", c -> c);
        await().until(() -> client.errorCount() >= 2);
        assertThat(client.snapshot().lastError()).isEqualTo("unknown host: no-such-host.invalid");
        assertThat(client.state()).isEqualTo(PoolState.RUNNING);
    }

    @Test
    void severalClientsShareAServerAndLosingOneLosesItsStreamsOnly() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool one = pools.client(server, c -> c.name("one").capacity(10, 10));
        ClientPool two = pools.client(server, c -> c.name("two").capacity(10, 10));
        awaitIdle(one, 10);
        awaitIdle(two, 10);
        awaitIdle(server, 20);
        assertThat(server.snapshot().peers()).hasSize(2);
        one.close();
        awaitIdle(server, 10);
        await().untilAsserted(() -> assertThat(server.snapshot().peers()).hasSize(1));
        for (int i = 0; i < 10; i++) {
            try (PooledStream there = server.take(SOON);
                    PooledStream here = two.take(there.id(), SOON)) {
                assertThat(there.remoteAddress()).isEqualTo(here.localAddress());
            }
        }
    }

    @Test
    void flushReplacesTheIdleGenerationAndStreamsInUseGoOn() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(20, 20));
        awaitIdle(client, 20);
        try (PooledStream there = server.take(SOON);
                PooledStream here = client.take(there.id(), SOON)) {
            client.flush();
            awaitIdle(client, 20);
            awaitIdle(server, 20);
            assertThat(client.snapshot().totals().evicted().get("flushed")).isGreaterThanOrEqualTo(19);
            here.outputStream().write(1);
            assertThat(there.inputStream().read()).isOne();
        }
        server.flush();
        await().until(() -> server.snapshot().totals().evicted().getOrDefault("flushed", 0L) >= 20);
        awaitIdle(client, 20);
        awaitIdle(server, 20);
        for (int i = 0; i < 20; i++) {
            client.take(server.take(SOON).id(), SOON).close();
        }
    }

    /** Evicted streams are no errors, and the server refuses nothing. */
    @Test
    void manyFlushesCostNoErrorOnEitherSide() {
        ServerPool server = pools.server(s -> s.helloTimeout(Duration.ofSeconds(5)));
        ClientPool client = pools.client(server, c -> c.capacity(40, 40));
        awaitIdle(client, 40);
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            client.flush();
            if (i % 4 == 3) {
                awaitIdle(client, 40);
            }
        }
        awaitIdle(client, 40);
        awaitIdle(server, 40);
        // Longer than the hello time-out and the check for late hellos.
        await().until(() -> System.nanoTime() - start > Duration.ofSeconds(7).toNanos()
                && server.snapshot().opening() == 0);
        for (StreamPool each : List.of(client, server)) {
            PoolSnapshot snapshot = each.snapshot();
            assertThat(snapshot.errors()).as(snapshot.toString()).isZero();
            assertThat(snapshot.lastError()).isNull();
            assertThat(snapshot.totals().refused().values())
                    .as(snapshot.toString())
                    .containsOnly(0L);
        }
        assertThat(client.snapshot().totals().failed()).isZero();
    }

    @Test
    void streamsInUseDoNotStarveTheRefill() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(10).maxStreamsPerConnection(400));
        ClientPool client = pools.client(server, c -> c.capacity(10, 10));
        // Thirty times the capacity is held at once.
        for (int i = 0; i < 300; i++) {
            client.take(server.take(SOON).id(), SOON);
        }
        assertThat(client.snapshot().taken()).isEqualTo(300);
        awaitIdle(client, 10);
    }

    /** A pool that nobody uses stays at its minimum capacity, whatever made it open streams. */
    @Test
    void fillingThePoolIsNoDemand() {
        Duration shortest = Duration.ofMillis(50);
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(5, 20).interval(shortest, Duration.ofSeconds(5)));
        awaitIdle(client, 5);
        client.flush();
        awaitIdle(client, 5);
        // Each size check of a full pool makes it longer.
        Duration looks = client.interval().plusMillis(200);
        await().until(() -> client.interval().compareTo(looks) >= 0);
        assertThat(client.capacity()).isEqualTo(5);
        assertThat(client.snapshot().totals().opened()).isEqualTo(10);
    }

    @Test
    void boundsActAtOnce() {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(5, 5));
        AtomicInteger changed = new AtomicInteger();
        client.addListener(new PoolListener() {
            @Override
            public void boundsChanged(StreamPool pool) {
                changed.incrementAndGet();
            }
        });
        awaitIdle(client, 5);
        client.capacityBounds(new CapacityBounds(40, 60));
        awaitIdle(client, 40);
        assertThat(client.capacity()).isEqualTo(40);
        client.capacityBounds(new CapacityBounds(1, 3));
        await().until(() -> client.active() <= 3);
        client.intervalBounds(new IntervalBounds(Duration.ofMillis(20), Duration.ofMillis(30)));
        await().until(() -> client.interval().toMillis() <= 30);
        await().until(() -> changed.get() == 3);
        awaitIdle(server, client.active());
        server.maxCapacity(1);
        await().until(() -> server.active() <= 1);
    }
}
