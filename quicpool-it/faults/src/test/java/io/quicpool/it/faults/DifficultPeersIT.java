package io.quicpool.it.faults;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Peers that flush, reset and move, and misbehaving listeners of this side. */
@Scenario
class DifficultPeersIT {

    private static final int CALLERS = 4;
    private static final int LENGTH = 3000;

    private final Pools pools = new Pools();
    private final Ledger served = new Ledger();

    @AfterEach
    void close() {
        pools.close();
    }

    private ServerPool answering() {
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> Traffic.answer(stream, served));
        return server;
    }

    private static void more(Traffic traffic) {
        long answered = traffic.ledger.answered.sum();
        await().until(() -> traffic.ledger.answered.sum() > answered + 100);
    }

    /**
     * A stream that one side takes while the other flushes is cut. No other stream is cut, and none is paired wrongly.
     */
    @Test
    void bothSidesFlush() throws Exception {
        ServerPool server = answering();
        ClientPool client = pools.client(server, c -> c.capacity(32, 64));
        Traffic traffic = Traffic.of(client, CALLERS, LENGTH);
        for (int i = 0; i < 20; i++) {
            more(traffic);
            (i % 2 == 0 ? (StreamPool) server : client).flush();
        }
        more(traffic);
        traffic.close();
        Report.row("20 flushes, by both sides in turn", "flushes 20", traffic.ledger);
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        // A caller may take streams that the server has flushed, until the client learns of it. The later that is, the
        // more streams.
        assertThat(traffic.ledger.cut.sum()).isLessThanOrEqualTo(evicted(server, "flushed"));
        assertThat(client.snapshot().totals().lost()).isZero();
    }

    @Test
    void theHandlerResetsEveryTenthStream() throws Exception {
        AtomicInteger count = new AtomicInteger();
        AtomicInteger resets = new AtomicInteger();
        ServerPool server = pools.server(s -> s);
        server.serve(stream -> {
            if (count.incrementAndGet() % 10 == 0) {
                resets.incrementAndGet();
                stream.reset(77);
            } else {
                Traffic.answer(stream, served);
            }
        });
        ClientPool client = pools.client(server, c -> c.capacity(32, 64));
        Traffic traffic = Traffic.of(client, CALLERS, LENGTH);
        await().until(() -> traffic.ledger.answered.sum() > 2000);
        traffic.close();
        Report.row("every tenth stream is reset by the server's handler", "resets " + resets, traffic.ledger);
        traffic.assertNothingWrong();
        assertThat(served.examples()).isEmpty();
        assertThat(traffic.ledger.cut.sum()).isEqualTo(resets.get());
        assertThat(client.snapshot().totals().lost()).isZero();
    }

    /** All of them are evicted, and no caller gets one. */
    @Test
    void thePeerResetsEveryTenthIdleStream() throws Exception {
        int idle = 100;
        AtomicInteger ids = new AtomicInteger();
        Map<Integer, EngineStream> streams = new ConcurrentHashMap<>();
        try (RawPeer peer = new RawPeer(stream -> giveId(stream, ids, streams))) {
            Listener listener = peer.listen(4096);
            ClientPool client =
                    pools.client("127.0.0.1:" + listener.localAddress().getPort(), c -> c.capacity(idle, idle));
            Pools.awaitIdle(client, idle);
            assertThat(streams).hasSize(idle);
            Set<Integer> reset = new HashSet<>();
            streams.forEach((id, stream) -> {
                if (id % 10 == 0) {
                    reset.add(id);
                    stream.reset(0);
                }
            });
            await().until(() -> evicted(client, "peer-ended") == idle / 10);
            Ledger ledger = new Ledger();
            for (int i = 0; i < 2 * idle; i++) {
                try (PooledStream stream = client.take(SOON)) {
                    ledger.handedOut.increment();
                    if (reset.contains(stream.id().value())) {
                        ledger.wrong(ledger.oldAfterNotice, stream);
                    }
                }
            }
            Report.row("every tenth of " + idle + " idle streams is reset by the peer", "resets " + idle / 10, ledger);
            assertThat(ledger.examples()).isEmpty();
            assertThat(reset).hasSize(idle / 10);
            assertThat(evicted(client, "peer-ended")).isEqualTo(idle / 10);
            assertThat(client.snapshot().totals().lost()).isZero();
        }
    }

    private static long evicted(StreamPool pool, String reason) {
        return pool.snapshot().totals().evicted().getOrDefault(reason, 0L);
    }

    private static void giveId(EngineStream stream, AtomicInteger ids, Map<Integer, EngineStream> streams) {
        stream.whenReadable(1, () -> {
            int id = ids.incrementAndGet();
            streams.put(id, stream);
            try {
                stream.output().write(new StreamId(id).toBytes());
            } catch (IOException e) {
                streams.remove(id);
            }
        });
    }

    /** The name suddenly resolves to another server, and the old one is silent. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theNameLeadsElsewhere() throws Exception {
        List<Long> back = new ArrayList<>();
        ServerPool first = answering();
        ServerPool second = answering();
        try (FaultProxy one = new FaultProxy(first.localAddress(), Scenario.SEED);
                FaultProxy two = new FaultProxy(second.localAddress(), Scenario.SEED)) {
            AtomicReference<InetSocketAddress> answer = new AtomicReference<>(one.address());
            ClientPool client = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                    .transport(Pools.CLIENT_ENGINE)
                    .target("peer:1")
                    .resolver(target -> List.of(answer.get()))
                    .tlsMode(TlsMode.SELF_SIGNED)
                    .fingerprint(Pools.CERTIFICATE.fingerprint())
                    .keepAlive(Duration.ofMillis(700))
                    .build()));
            Traffic traffic = Traffic.impatient(client, CALLERS, LENGTH, Duration.ofMillis(250));
            for (int i = 0; i < 4; i++) {
                more(traffic);
                FaultProxy here = i % 2 == 0 ? one : two;
                FaultProxy there = i % 2 == 0 ? two : one;
                traffic.peerGone();
                there.both(Faults.NONE);
                answer.set(there.address());
                here.both(Faults.BLACK_HOLE);
                long moved = System.nanoTime();
                await().atMost(SOON).pollInterval(Duration.ofMillis(5)).until(traffic::answeredByNext);
                back.add(Clock.millisSince(moved));
            }
            traffic.close();
            Report.row("the name leads elsewhere, 4 times", "moves 4", traffic.ledger, back, "");
            traffic.assertNothingWrong();
            assertThat(served.examples()).isEmpty();
            assertThat(back).allSatisfy(time -> assertThat(time).isLessThan(40_000));
        }
    }

    /** Code of the application that throws, and code that never returns. */
    @Test
    void listenersThatThrowOrBlock() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        ServerPool server = answering();
        ClientPool client = pools.client(server, c -> c.capacity(4, 64));
        try {
            for (int i = 0; i < 10; i++) {
                client.addListener(new PoolListener() {
                    @Override
                    public void exhausted(StreamPool pool) {
                        awaitForEver(never);
                    }

                    @Override
                    public void boundsChanged(StreamPool pool) {
                        awaitForEver(never);
                    }
                });
            }
            client.addListener(new PoolListener() {
                @Override
                public void boundsChanged(StreamPool pool) {
                    told.incrementAndGet();
                    throw new OutOfMemoryError("for the scenario");
                }
            });
            Traffic traffic = Traffic.of(client, CALLERS, LENGTH);
            for (int i = 0; i < 10; i++) {
                more(traffic);
                client.capacityBounds(client.capacityBounds());
            }
            // Dependents of asynchronous takes run although all these listeners block.
            assertThat(client.takeAsync(SOON)
                            .thenApply(stream -> {
                                stream.close();
                                return true;
                            })
                            .toCompletableFuture()
                            .get())
                    .isTrue();
            traffic.close();
            Report.row("10 listeners that block, one that throws", "listeners 11", traffic.ledger);
            traffic.assertNothingWrong();
            assertThat(traffic.ledger.cut.sum()).isZero();
        } finally {
            never.countDown();
        }
        await().until(() -> told.get() == 10);
    }

    private static void awaitForEver(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
