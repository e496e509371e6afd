package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A server gives its clients the stream credit that it has capacity for. A full server makes clients wait. A client without
 * credit reports it.
 */
class CreditTest {

    private static final int PLACES = 30;
    private static final int CLIENTS = 3;

    private final Pools pools = new Pools();
    private final AtomicInteger ids = new AtomicInteger();
    private final RawPeer raw = new RawPeer(this::giveId);

    @AfterEach
    void close() {
        pools.close();
        raw.close();
    }

    private void giveId(EngineStream stream) {
        stream.whenReadable(1, () -> {
            try {
                if (stream.input().read() == 0) {
                    stream.output().write(new StreamId(ids.incrementAndGet()).toBytes());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    // ---- the server

    private ClientPool greedy(ServerPool server) {
        return pools.client(
                server, c -> c.capacity(PLACES, PLACES).interval(Duration.ofMillis(100), Duration.ofMillis(100)));
    }

    private static void awaitFairShares(ServerPool server, List<ClientPool> clients) {
        int share = PLACES / clients.size();
        await().untilAsserted(() -> {
            assertThat(server.active()).isEqualTo(PLACES);
            for (ClientPool client : clients) {
                assertThat(client.active()).as("%s", clients).isBetween(share - 3, share + 3);
            }
        });
    }

    private static void assertNobodyWasRefused(ServerPool server) {
        assertThat(server.snapshot().totals().refused().values()).allMatch(count -> count == 0);
    }

    @Test
    void clientsThatWantMoreThanThereIsShareFairly() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(PLACES));
        List<ClientPool> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            // The first has all of it before the second comes.
            clients.add(greedy(server));
            awaitFairShares(server, clients);
        }
        assertNobodyWasRefused(server);
        // Taken streams are replaced, and streams in use need no capacity.
        List<PooledStream> held = new ArrayList<>();
        for (int i = 0; i < 2 * PLACES; i++) {
            PooledStream one = clients.get(i % CLIENTS).take(SOON);
            PooledStream other = server.take(one.id(), SOON);
            assertThat(server.active()).isLessThanOrEqualTo(PLACES);
            if (i % 10 == 0) {
                held.addAll(List.of(one, other));
            } else {
                one.close();
                other.close();
            }
        }
        awaitFairShares(server, clients);
        assertNobodyWasRefused(server);
        assertThat(clients).allMatch(client -> client.snapshot().totals().connects() == 1, "one connection");
        held.forEach(PooledStream::close);
        // A client that disconnects leaves its share to the others.
        pools.close(clients.remove(0));
        awaitFairShares(server, clients);
    }

    @Test
    void clientsThatComeAtOnceShareFairly() {
        ServerPool server = pools.server(s -> s.maxCapacity(PLACES));
        List<ClientPool> clients =
                Stream.generate(() -> greedy(server)).limit(CLIENTS).toList();
        awaitFairShares(server, clients);
        assertNobodyWasRefused(server);
    }

    @Test
    void theCreditOfAClientIsItsShareAndOneMore() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(1000).maxPendingHellos(4096));
        // A client over Netty reserves one for its pings.
        int kept = Pools.CLIENT_ENGINE.equals("netty") ? 1 : 0;
        Connection first = raw.connect(server.localAddress());
        assertThat(first.credit()).isEqualTo(1001 - kept);
        for (int i = 0; i < 600; i++) {
            RawPeer.open(first, 0);
        }
        await().until(() -> server.active() == 600);
        Connection second = raw.connect(server.localAddress());
        assertThat(second.credit()).isEqualTo(501 - kept);
        first.close(0, "gone");
        // quiche gives the same for the life of a connection.
        int after = Pools.SERVER_ENGINE.equals("netty") ? 501 : 1001;
        await().until(() -> second.credit() == after - kept);
    }

    @Test
    void waitingForCapacityIsNoError() {
        ServerPool server = pools.server(s -> s.maxCapacity(2).maxStreamsPerConnection(10));
        ClientPool client = pools.client(server, c -> c.capacity(8, 8).idTimeout(Duration.ofSeconds(1)));
        Pools.awaitIdle(client, 2);
        await().until(() -> client.snapshot().opening() <= 1);
        // A client over Netty keeps the one more that a kwik server gives for its pings: no stream of it waits.
        if (Pools.CLIENT_ENGINE.equals("kwik") || Pools.SERVER_ENGINE.equals("netty")) {
            await().untilAsserted(
                            () -> assertThat(client.snapshot().lastError()).contains("is full or does not answer"));
        }
        // Reported once, however long it lasts.
        long errors = client.errorCount();
        await().during(Duration.ofMillis(2500)).until(() -> client.errorCount() == errors);
        for (int i = 0; i < 20; i++) {
            server.flush();
        }
        Pools.awaitIdle(client, 2);
        assertThat(client.active()).isEqualTo(2);
        assertNobodyWasRefused(server);
    }

    // ---- the client

    private ClientPool client(int maxStreams) throws IOException {
        int port = raw.listen(maxStreams).localAddress().getPort();
        return pools.client("127.0.0.1:" + port, c -> c.capacity(1, 1));
    }

    private static void awaitDry(ClientPool client) {
        await().until(() -> client.snapshot().link().endsWith(", no stream credit"));
        assertThat(client.snapshot().lastError()).startsWith("no stream credit: ");
    }

    @Test
    void aClientWhoseCreditIsInUseSaysSoAndMakesAnotherConnection() throws Exception {
        ClientPool client = client(4);
        List<PooledStream> held = new ArrayList<>();
        int most = Pools.CLIENT_ENGINE.equals("netty") ? 3 : 4;
        for (int i = 0; i < most; i++) {
            held.add(client.take(SOON));
        }
        awaitDry(client);
        long errors = client.errorCount();
        held.add(client.take(SOON));
        assertThat(client.snapshot().totals().lost()).isZero();
        assertThat(client.errorCount()).as("reported once").isEqualTo(errors);
        await().until(() -> client.snapshot().link().indexOf("no stream credit") < 0);
        assertThat(client.ready()).isTrue();
        held.forEach(PooledStream::close);
    }

    /** Like a Go server whose application does not read its streams to the end. */
    @Test
    void aConnectionWhosePeerGivesNoCreditBackIsLeft() throws Exception {
        int port = raw.listen(4).localAddress().getPort();
        // The connection that was left ends with its idle time-out.
        ClientPool client =
                pools.client("127.0.0.1:" + port, c -> c.capacity(1, 1).keepAlive(Duration.ofSeconds(1)));
        for (int i = 0; i < 12; i++) {
            client.take(SOON).close();
        }
        Pools.awaitIdle(client, 1);
        assertThat(raw.connections).hasSizeGreaterThan(2);
        // Also the first, which is not one of those that come and go with the number of streams.
        Connection first = raw.connections.element();
        await().until(() -> !first.alive());
        await().until(() -> raw.connections.stream().filter(Connection::alive).count() <= 2);
    }
}
