package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.CapacityBounds;
import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The streams of a client pool over several connections: streams-per-connection. */
@Tag("contract")
class SpreadTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ClientPool client(ServerPool server, int capacity) {
        return pools.client(server, c -> c.capacity(capacity, capacity)
                .streamsPerConnection(4)
                .interval(Duration.ofMillis(50), Duration.ofMillis(50)));
    }

    private static Map<InetSocketAddress, Integer> byConnection(List<PooledStream> streams) {
        Map<InetSocketAddress, Integer> count = new HashMap<>();
        streams.forEach(stream -> count.merge(stream.localAddress(), 1, Integer::sum));
        return count;
    }

    private static List<PooledStream> take(ClientPool client, int count) throws Exception {
        List<PooledStream> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(client.take(SOON));
        }
        return taken;
    }

    @Test
    void eachConnectionCarriesItsNumberOfStreams() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, 16);
        awaitIdle(client, 16);
        assertThat(client.snapshot().peers()).hasSize(4);
        assertThat(client.snapshot().totals().connects()).isEqualTo(4);
        // Replacements of taken streams go to all connections, so the number of each is not certain.
        List<PooledStream> taken = take(client, 16);
        assertThat(byConnection(taken)).hasSizeGreaterThan(2);
        for (PooledStream here : taken) {
            try (here;
                    PooledStream there = server.take(here.id(), SOON)) {
                here.outputStream().write(7);
                assertThat(there.inputStream().read()).isEqualTo(7);
            }
        }
    }

    @Test
    void moreStreamsInUseShareTheConnections() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = client(server, 8);
        awaitIdle(client, 8);
        List<PooledStream> taken = take(client, 40);
        awaitIdle(client, 8);
        assertThat(client.snapshot().totals().connects()).isEqualTo(2);
        assertThat(byConnection(taken)).hasSize(2).allSatisfy((from, count) -> assertThat(count)
                .isBetween(10, 30));
        taken.forEach(PooledStream::close);
    }

    @Test
    void connectionsWithoutStreamsAreClosed() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(
                server,
                c -> c.capacity(16, 16).streamsPerConnection(4).interval(Duration.ofMillis(50), Duration.ofMillis(50)));
        awaitIdle(client, 16);
        client.capacityBounds(new CapacityBounds(1, 1));
        awaitIdle(client, 1);
        await().until(() -> client.snapshot().peers().size() < 3);
        assertThat(client.ready()).isTrue();
        assertThat(client.snapshot().totals().lost()).isZero();
        // The pool does not wait for these when all others are lost.
        CountDownLatch lost = new CountDownLatch(1);
        client.addListener(new PoolListener() {
            @Override
            public void peerLost(StreamPool pool, String reason) {
                lost.countDown();
            }
        });
        pools.close(server);
        assertThat(lost.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aServerThatTakesNoMoreConnectionsStillFillsThePool() {
        ServerPool server = pools.server(s -> s.maxConnections(2));
        ClientPool client = client(server, 16);
        awaitIdle(client, 16);
        assertThat(client.snapshot().peers()).hasSizeBetween(1, 2);
        assertThat(client.ready()).isTrue();
        await().until(() -> client.snapshot().lastError() != null);
        assertThat(client.snapshot().lastError())
                .startsWith("cannot connect to ")
                .endsWith("; other connections are up");
    }

    /** It stays the last error until there is a connection or another error. */
    @Test
    void aRefusedAdditionalConnectionIsNoOutage() {
        ServerPool server = pools.server(s -> s.maxConnections(2));
        ClientPool other = pools.client(server, c -> c.capacity(1, 1));
        awaitIdle(other, 1);
        ClientPool client = client(server, 8);
        await().until(() -> String.valueOf(client.snapshot().lastError()).endsWith("; other connections are up"));
        assertThat(client.ready()).isTrue();
        assertThat(client.errorCount()).isPositive();
        pools.close(other);
        await().until(() -> {
            // After three refusals, all streams were opened on the first connection.
            client.flush();
            return client.snapshot().peers().size() == 2;
        });
        await().untilAsserted(() -> assertThat(client.snapshot().lastError()).isNull());
    }

    @Test
    void aConnectionThatIsLostTakesItsStreamsOnly() throws Exception {
        ServerPool server = pools.server(s -> s);
        AtomicInteger losses = new AtomicInteger();
        try (Relay relay = new Relay(server.localAddress())) {
            ClientPool client = pools.client("127.0.0.1:" + relay.port(), c -> c.capacity(8, 8)
                    .streamsPerConnection(4)
                    .keepAlive(Duration.ofMillis(1500))
                    .interval(Duration.ofMillis(50), Duration.ofMillis(50)));
            client.addListener(new PoolListener() {
                @Override
                public void peerLost(StreamPool pool, String reason) {
                    losses.incrementAndGet();
                }
            });
            awaitIdle(client, 8);
            List<PooledStream> taken = take(client, 8);
            awaitIdle(client, 8);
            InetSocketAddress cut = taken.get(0).localAddress();
            relay.cut(cut.getPort());
            await().until(() -> client.snapshot().totals().lost() == 1);
            assertThat(losses).hasValue(0);
            assertThat(client.ready()).isTrue();
            for (PooledStream here : taken) {
                if (here.localAddress().equals(cut)) {
                    here.close();
                    continue;
                }
                try (here;
                        PooledStream there = server.take(here.id(), SOON)) {
                    here.outputStream().write(9);
                    assertThat(there.inputStream().read()).isEqualTo(9);
                }
            }
            awaitIdle(client, 8);
            await().until(() -> client.snapshot().peers().size() == 2);
        }
    }

    /** The pool leaves its connections one after the other, and closes each when its last stream has ended. */
    @Test
    void aServerThatDrainsLeavesNoConnectionBehind() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client =
                pools.client(server, c -> c.name("left").capacity(8, 8).streamsPerConnection(2));
        awaitIdle(client, 8);
        List<PooledStream> taken = take(client, 8);
        for (PooledStream here : List.copyOf(taken)) {
            taken.add(server.take(here.id(), SOON));
        }
        awaitIdle(client, 8);
        assertThat(client.snapshot().peers()).hasSize(4);
        Thread draining = new Thread(() -> server.close(SOON));
        draining.start();
        awaitIdle(client, 0);
        // Still in use, and still shown.
        assertThat(client.snapshot().peers()).hasSize(4);
        taken.forEach(PooledStream::close);
        draining.join();
        await().until(() -> client.snapshot().peers().isEmpty());
        pools.close(client);
        // What a connection of either engine holds beside its socket. kwik keeps it for three probe time-outs, which
        // are long on a busy machine, and not longer than ten seconds.
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().matches("quicpool-left-(reader|io).*")));
    }
}
