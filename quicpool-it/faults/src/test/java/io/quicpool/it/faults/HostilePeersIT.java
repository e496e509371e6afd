package io.quicpool.it.faults;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Hostile peers that speak QUIC. An honest client is served all the time. */
@Scenario
@Isolated
class HostilePeersIT {

    private static final int HELLO = 0;
    /**
     * How much memory an attack may cost a process that has both ends, in MB. Most of it is the unread bytes of a
     * connection.
     */
    private static final long MAX_HEAP = 64;

    private final Pools pools = new Pools();
    private final RawPeer raw = new RawPeer();
    private final Ledger served = new Ledger();
    private long heap;

    @BeforeEach
    void before() {
        heap = heapAfterCollection();
    }

    @AfterEach
    void close() {
        raw.close();
        pools.close();
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private interface Attack {
        String on(ServerPool server) throws Exception;
    }

    // The handler of the server answers honest clients. The attack may use its streams in other ways.
    private void beside(String what, ServerPool server, Attack attack) throws Exception {
        ClientPool good = pools.client(server, c -> c.capacity(32, 64));
        await().until(good::ready);
        Traffic traffic = Traffic.of(good, 2, 1000);
        String refused = attack.on(server);
        long answered = traffic.ledger.answered.sum();
        await().until(() -> traffic.ledger.answered.sum() > answered + 100);
        traffic.close();
        long grown = Math.max(0, heapAfterCollection() - heap) >> 20;
        assertThat(grown).as("MB of heap").isLessThan(MAX_HEAP);
        Report.row(what, "heap + " + grown + " MB", traffic.ledger, List.of(), refused);
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        assertThat(traffic.ledger.cut.sum()).isZero();
        assertThat(good.snapshot().totals().lost()).isZero();
    }

    private ServerPool answering() {
        ServerPool server = pools.server(s -> s.helloTimeout(Duration.ofSeconds(2)));
        server.serve(stream -> Traffic.answer(stream, served));
        return server;
    }

    private static long refused(ServerPool server, String reason) {
        return server.snapshot().totals().refused().getOrDefault(reason, 0L);
    }

    @Test
    void streamsWithoutAHello() throws Exception {
        beside("streams without a hello, as many as the credit allows", answering(), server -> {
            Connection connection = raw.connect(server.localAddress());
            int silent = 0;
            while (connection.credit() > 1) {
                connection.openStream().toCompletableFuture().get();
                silent++;
            }
            // A stream opens all below it (RFC 9000, section 3.2).
            RawPeer.open(connection, HELLO);
            if (Pools.SERVER_ENGINE.equals("netty")) {
                // It reports a stream with its first byte only, so these have cost the pool nothing.
                assertThat(server.snapshot().opening()).isLessThanOrEqualTo(64);
                return "";
            }
            int expected = silent;
            assertThat(server.snapshot().opening()).isLessThanOrEqualTo(512 + 64);
            await().atMost(SOON)
                    .until(() -> refused(server, "slow-hello") + refused(server, "pending-hellos") >= expected);
            return "of " + silent + ": pending-hellos " + refused(server, "pending-hellos") + ", slow-hello "
                    + refused(server, "slow-hello");
        });
    }

    @Test
    void aClientThatHoldsAllItsStreams() throws Exception {
        ServerPool server = pools.server(s -> s.maxCapacity(200).maxStreamsPerConnection(1000));
        server.serve(stream -> Traffic.answer(stream, served));
        beside("all 1,000 streams of a connection, the server holds 200", server, same -> {
            Connection connection = raw.connect(server.localAddress());
            while (connection.credit() > 0) {
                RawPeer.open(connection, HELLO);
            }
            // First more than its share, at last half of its streams: streams beyond the capacity wait or are refused.
            await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> server.active() <= 200);
            return server.snapshot().opening() + " wait, server-full " + refused(server, "server-full");
        });
    }

    @Test
    void aMillionBytesBeforeItsId() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        ServerPool server = pools.server(s -> s);
        byte[] sent = new byte[1_000_000];
        new Random(Scenario.SEED).nextBytes(sent);
        server.serve(stream -> {
            if (isRaw(stream)) {
                byte[] got = stream.inputStream().readAllBytes();
                int different = Arrays.mismatch(got, sent);
                heard.set(different < 0 ? got.length : -different);
            } else {
                Traffic.answer(stream, served);
            }
        });
        beside("a million bytes before the id", server, same -> {
            Connection connection = raw.connect(server.localAddress());
            EngineStream stream = RawPeer.open(connection, HELLO);
            // None of them waits for the id.
            stream.output().write(sent);
            stream.output().close();
            await().atMost(SOON).until(() -> heard.get() != 0);
            assertThat(heard).hasValue(sent.length);
            assertThat(stream.input().readNBytes(StreamId.BYTES)).hasSize(StreamId.BYTES);
            return "none: they are the application's";
        });
    }

    /** As many as the limit, as fast as possible, then silent. The server notices them and makes room for others. */
    @Test
    void clientsThatConnectAndVanish() throws Exception {
        int most = 32;
        ServerPool server = pools.server(s -> s.maxConnections(most).keepAlive(Duration.ofSeconds(3)));
        server.serve(stream -> Traffic.answer(stream, served));
        beside("clients that connect and vanish, until " + most + " are there", server, same -> {
            try (FaultProxy network = new FaultProxy(server.localAddress(), Scenario.SEED)) {
                for (int i = 1; i < most; i++) {
                    raw.connect(network.address());
                    // The first must not be given up before the last is there, however long that takes.
                    raw.connections.forEach(Connection::ping);
                }
                // The honest client is one of them.
                await().atMost(SOON).until(() -> server.snapshot().peers().size() == most);
                network.both(Faults.BLACK_HOLE);
                ClientPool newClient = pools.client(server, c -> c.name("new").capacity(4, 4));
                await().atMost(SOON).until(() -> refused(server, "connections") > 0);
                // The idle time-out of nine seconds, a second more, and the back-off of the new client.
                await().atMost(SOON.multipliedBy(2)).until(newClient::ready);
                await().atMost(SOON).until(() -> server.snapshot().peers().size() == 2);
                return "connections " + refused(server, "connections");
            }
        });
    }

    /** The window of the peer stays full. A write time-out ends the write. */
    @Test
    void aClientThatNeverReads() throws Exception {
        AtomicInteger timedOut = new AtomicInteger();
        ServerPool server = pools.server(s -> s);
        byte[] answer = new byte[8 << 20];
        server.serve(stream -> serve(stream, answer, timedOut));
        beside("never reads, 100 streams, answers of 8 MB", server, same -> {
            Connection connection = raw.connect(server.localAddress());
            List<EngineStream> streams = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                EngineStream stream = RawPeer.open(connection, HELLO);
                stream.output().write('x');
                streams.add(stream);
            }
            // Sixty-four handlers run at a time.
            await().atMost(SOON).until(() -> timedOut.get() == streams.size());
            return "";
        });
    }

    private boolean isRaw(PooledStream stream) {
        int port = stream.remoteAddress().getPort();
        return raw.connections.stream().anyMatch(each -> each.localAddress().getPort() == port);
    }

    private void serve(PooledStream stream, byte[] answer, AtomicInteger timedOut) throws IOException {
        if (isRaw(stream)) {
            stream.writeTimeout(Duration.ofSeconds(1));
            try {
                stream.outputStream().write(answer);
            } catch (SocketTimeoutException e) {
                timedOut.incrementAndGet();
                throw e;
            }
        } else {
            Traffic.answer(stream, served);
        }
    }
}
