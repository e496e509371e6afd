package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.CapacityBounds;
import io.quicpool.testing.Pools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One client pool with several targets: a member pool for each. */
class TargetsTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private final ServerPool one = pools.server(s -> s.name("one"));
    private final ServerPool two = pools.server(s -> s.name("two"));

    private static String targets(ServerPool... servers) {
        List<String> targets = new ArrayList<>();
        for (ServerPool server : servers) {
            targets.add("127.0.0.1:" + server.localAddress().getPort());
        }
        return String.join(", ", targets);
    }

    private static int port(PooledStream stream) {
        return stream.remoteAddress().getPort();
    }

    @Test
    void takesFromTheReadyMembersInTurn() throws Exception {
        ClientPool client = pools.client(targets(one, two), c -> c.capacity(4, 4));
        awaitIdle(client, 8);
        assertThat(client.members())
                .extracting(StreamPool::name)
                .allMatch(name -> name.startsWith("client@127.0.0.1:"));
        Map<Integer, Integer> taken = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            try (PooledStream stream = client.take(SOON)) {
                taken.merge(port(stream), 1, Integer::sum);
            }
        }
        System.out.println("100 streams of two targets, by port: " + taken);
        assertThat(taken.values()).allMatch(count -> count > 10);
        assertThat(client.snapshot().totals().handedOut()).isEqualTo(100);
        assertThat(client.snapshot().peers()).hasSize(2);
        assertThat(client.snapshot().link()).isEqualTo("2 of 2 up");
    }

    @Test
    void skipsAMemberWhoseServerIsDownUntilItIsBack() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        ClientPool client = pools.client(targets(one, two), c -> c.capacity(4, 4));
        client.addListener(new PoolListener() {
            @Override
            public void peerLost(StreamPool pool, String reason) {
                told.add("lost " + pool.name());
            }

            @Override
            public void recovered(StreamPool pool) {
                told.add("recovered " + pool.name());
            }
        });
        awaitIdle(client, 8);
        int port = one.localAddress().getPort();
        one.close();
        await().until(() -> !client.members().get(0).ready());
        assertThat(client.ready()).isTrue();
        for (int i = 0; i < 20; i++) {
            try (PooledStream stream = client.take(SOON)) {
                assertThat(port(stream)).isEqualTo(two.localAddress().getPort());
            }
        }
        pools.server(s -> s.name("one"), "127.0.0.1:" + port);
        await().until(() -> client.members().get(0).ready());
        await().untilAsserted(() -> assertThat(told).containsExactly("lost client", "recovered client"));
        two.close();
        await().until(() -> !client.members().get(1).ready());
        try (PooledStream stream = client.take(SOON)) {
            assertThat(port(stream)).isEqualTo(port);
        }
    }

    @Test
    void aCallerWaitsAtAllMembersAndIsServedByTheFirstThatHasAStream() throws Exception {
        int free = one.localAddress().getPort();
        one.close();
        int other = two.localAddress().getPort();
        two.close();
        ClientPool client = pools.client("127.0.0.1:" + free + ",127.0.0.1:" + other, c -> c.capacity(2, 2));
        assertThat(client.ready()).isFalse();
        CompletableFuture<PooledStream> waiting = client.takeAsync(SOON).toCompletableFuture();
        assertThat(client.snapshot().waiting()).isEqualTo(1);
        pools.server(s -> s.name("two"), "127.0.0.1:" + other);
        try (PooledStream stream = waiting.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(port(stream)).isEqualTo(other);
        }
        await().untilAsserted(() -> assertThat(client.snapshot().waiting()).isZero());
        for (ClientPool member : client.members()) {
            assertThat(member.snapshot().waiting()).isZero();
        }
        assertThatThrownBy(() -> client.take(new StreamId(42), Duration.ofMillis(20)))
                .isInstanceOf(PoolTimeoutException.class)
                .hasMessageContaining("1 of 2 up");
        assertThat(client.snapshot().totals().timeouts()).isEqualTo(1);
        assertThat(client.snapshot().waiting()).isZero();
    }

    @Test
    void findsTheMemberThatHoldsTheId() throws Exception {
        ClientPool client = pools.client(targets(one, two), c -> c.capacity(4, 4));
        awaitIdle(client, 8);
        awaitIdle(two, 4);
        // The first of each connection has the same id everywhere; the second stream does not.
        two.take(SOON).close();
        try (PooledStream there = two.take(SOON);
                PooledStream here = client.take(there.id(), SOON)) {
            assertThat(port(here)).isEqualTo(two.localAddress().getPort());
            here.outputStream().write(5);
            assertThat(there.inputStream().read()).isEqualTo(5);
        }
    }

    @Test
    void whatIsDoneToThePoolIsDoneToItsMembers() throws Exception {
        ClientPool client = pools.client(targets(one, two), c -> c.capacity(2, 2));
        awaitIdle(client, 4);
        client.capacityBounds(new CapacityBounds(3, 3));
        awaitIdle(client, 6);
        assertThat(client.capacity()).isEqualTo(6);
        assertThat(client.members()).allMatch(member -> member.capacityBounds().max() == 3);
        client.addError();
        client.members().get(1).addError();
        assertThat(client.errorCount()).isEqualTo(2);
        client.resetError();
        assertThat(client.errorCount()).isZero();
        client.flush();
        await().untilAsserted(() ->
                assertThat(client.snapshot().totals().evicted().get("flushed")).isGreaterThanOrEqualTo(6));
        awaitIdle(client, 6);
        client.suspend();
        assertThat(client.state()).isEqualTo(PoolState.SUSPENDED);
        assertThat(client.ready()).isFalse();
        client.resume();
        assertThat(client.ready()).isTrue();
    }

    @Test
    void aClosedMemberDoesNotEndTheOthersAndCloseEndsAll() throws Exception {
        ClientPool client = pools.client(targets(one, two), c -> c.capacity(1, 1));
        awaitIdle(client, 2);
        client.suspend();
        CompletableFuture<PooledStream> waiting = client.takeAsync(SOON).toCompletableFuture();
        client.members().get(0).close();
        client.resume();
        try (PooledStream stream = waiting.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(port(stream)).isEqualTo(two.localAddress().getPort());
        }
        AtomicBoolean closed = new AtomicBoolean();
        client.addListener(new PoolListener() {
            @Override
            public void closed(StreamPool pool) {
                closed.set(true);
            }
        });
        client.close();
        client.close();
        assertThat(closed).isTrue();
        assertThat(client.state()).isEqualTo(PoolState.CLOSED);
        assertThatThrownBy(() -> client.take(SOON)).isInstanceOf(PoolClosedException.class);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("quicpool-client") && thread.isAlive()));
    }

    @Test
    void manyCallersOfTwoTargetsGetAStreamEachAndNoneTwice() throws Exception {
        for (ServerPool server : List.of(one, two)) {
            server.serve(
                    stream -> stream.outputStream().write(stream.inputStream().readAllBytes()));
        }
        // No size check before there is demand: it would find only new streams, and raise the capacity.
        ClientPool client =
                pools.client(targets(one, two), c -> c.capacity(2, 8).minInterval(Duration.ofSeconds(5)));
        awaitIdle(client, 4);
        int callers = 16;
        int rounds = 200;
        CountDownLatch done = new CountDownLatch(callers);
        Queue<Object> wrong = new ConcurrentLinkedQueue<>();
        for (int caller = 0; caller < callers; caller++) {
            byte mark = (byte) caller;
            new Thread(() -> {
                        try {
                            for (int i = 0; i < rounds; i++) {
                                try (PooledStream stream = client.take(SOON)) {
                                    stream.readTimeout(SOON);
                                    stream.outputStream().write(new byte[] {mark, (byte) i});
                                    stream.outputStream().close();
                                    byte[] answer = stream.inputStream().readAllBytes();
                                    if (answer.length != 2 || answer[0] != mark || answer[1] != (byte) i) {
                                        wrong.add(List.of(mark, i));
                                    }
                                }
                            }
                        } catch (Exception e) {
                            wrong.add(e);
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        assertThat(done.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).isEmpty();
        assertThat(client.snapshot().totals().handedOut()).isEqualTo((long) callers * rounds);
        await().untilAsserted(() -> assertThat(client.snapshot().waiting()).isZero());
        await().untilAsserted(() -> assertThat(client.snapshot().taken()).isZero());
    }
}
