package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.IntervalBounds;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.SeenEvents;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Observers are told what the pool counts, and how each wait and each use ended. */
@Tag("contract")
class PoolObserverTest {

    private static final Duration LATER = Duration.ofHours(1);

    private final Pools pools = new Pools();
    private final SeenEvents seen = pools.observedBy(new SeenEvents());

    @AfterEach
    void close() {
        pools.close();
    }

    private static void assertAgree(SeenEvents.Of events, StreamPool pool) {
        PoolTotals totals = pool.snapshot().totals();
        assertThat(events.count("opened")).as("opened").isEqualTo(totals.opened());
        assertThat(events.count("failed")).as("failed").isEqualTo(totals.failed());
        assertThat(events.count("waited TIMED_OUT")).as("timeouts").isEqualTo(totals.timeouts());
        assertThat(events.count("connected")).as("connects").isEqualTo(totals.connects());
        assertThat(events.count("lost")).as("lost").isEqualTo(totals.lost());
        totals.evicted()
                .forEach((reason, count) ->
                        assertThat(events.count("evicted " + reason)).as(reason).isEqualTo(count));
        totals.refused()
                .forEach((reason, count) ->
                        assertThat(events.count("refused " + reason)).as(reason).isEqualTo(count));
    }

    @Test
    void theSumsAgreeWithTheTotals() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        for (int i = 0; i < 20; i++) {
            client.take(SOON).close();
        }
        awaitIdle(client, 4);
        client.flush();
        awaitIdle(client, 4);
        assertThatThrownBy(() -> server.take(new StreamId(1), Duration.ZERO)).isInstanceOf(PoolTimeoutException.class);
        pools.close(server);
        await().until(() -> client.snapshot().totals().lost() == 1);
        await().until(() -> client.errorCount() > 2);
        client.close();
        assertAgree(seen.of(client), client);
        assertAgree(seen.of(server), server);
        assertThat(seen.of(client).count("used")).isEqualTo(20);
        assertThat(seen.of(client).count("evicted flushed")).isPositive();
        assertThat(seen.of(client).count("connect failed cannot connect")).isPositive();
        assertThat(seen.of(server).count("evicted peer-ended")).isPositive();
        assertThat(seen.of(client).times()).allMatch(nanos -> nanos >= 0 && nanos < SOON.toNanos());
    }

    @Test
    void eachWaitSaysHowItEnded() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(1, 1).interval(LATER, LATER));
        awaitIdle(client, 1);
        client.suspend();
        CompletableFuture<PooledStream> waits = client.takeAsync(SOON).toCompletableFuture();
        client.resume();
        waits.get().close();
        assertThat(seen.of(client).count("waited SERVED")).isEqualTo(1);
        SeenEvents.Of ofServer = seen.of(server);
        StreamId unknown = new StreamId(1);
        assertThatThrownBy(() -> server.take(unknown, Duration.ofMillis(1))).isInstanceOf(PoolTimeoutException.class);
        assertThat(ofServer.events("waited")).containsExactly("waited TIMED_OUT");

        CompletableFuture<PooledStream> async = server.takeAsync(unknown, SOON).toCompletableFuture();
        async.cancel(false);
        assertThat(ofServer.events("waited")).containsExactly("waited TIMED_OUT", "waited CANCELLED");

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> server.take(unknown, SOON)).isInstanceOf(InterruptedException.class);
        assertThat(ofServer.events("waited INTERRUPTED")).hasSize(1);

        CompletableFuture<PooledStream> open = server.takeAsync(unknown, SOON).toCompletableFuture();
        pools.close(server);
        assertThatThrownBy(open::join).hasCauseInstanceOf(PoolClosedException.class);
        assertThat(ofServer.events("waited"))
                .containsExactly("waited TIMED_OUT", "waited CANCELLED", "waited INTERRUPTED", "waited CLOSED");
    }

    @Test
    void eachUseSaysHowItEnded() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        SeenEvents.Of ofClient = seen.of(client);

        PooledStream closed = client.take(SOON);
        closed.close();
        closed.reset(7);
        assertThat(ofClient.events("used")).containsExactly("used CLOSED");

        client.take(SOON).reset(7);
        assertThat(ofClient.events("used")).containsExactly("used CLOSED", "used RESET");

        PooledStream resetByPeer = client.take(SOON);
        server.take(resetByPeer.id(), SOON).reset(8);
        assertThatThrownBy(() -> resetByPeer.inputStream().read()).hasMessageContaining("8");
        resetByPeer.close();
        assertThat(ofClient.events("used RESET")).hasSize(2);

        PooledStream lost = client.take(SOON);
        pools.close(server);
        await().until(() -> ofClient.count("lost") > 0);
        lost.close();
        assertThat(ofClient.events("used LOST")).hasSize(1);
    }

    @Test
    void aPoolThatClosesResetsWhatIsInUse() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        PooledStream open = client.take(SOON);
        client.close();
        open.close();
        assertThat(seen.of(client).events("used")).containsExactly("used RESET");
        assertThat(seen.of(client).events("closed")).hasSize(1);
    }

    @Test
    void connectionsBoundsAndRefusals() {
        ServerPool server = pools.server(s -> s.maxWaiting(1));
        ClientPool client = pools.client(server, c -> c.capacity(4, 4));
        awaitIdle(client, 4);
        assertThat(seen.of(client).events("connected"))
                .containsExactly("connected " + server.localAddress().getPort());
        assertThat(seen.of(server).events("connected")).hasSize(1);

        client.capacityBounds(new CapacityBounds(2, 8));
        client.intervalBounds(new IntervalBounds(Duration.ofSeconds(1), LATER));
        server.maxCapacity(100);
        assertThat(seen.of(client).events("bounds"))
                .containsExactly("bounds capacity: 4 to 4, 2 to 8", "bounds interval: 500ms to 5s, 1s to 1h");
        assertThat(seen.of(server).events("bounds")).containsExactly("bounds capacity: up to 1024, up to 100");

        var unused = server.takeAsync(new StreamId(1), SOON);
        assertThatThrownBy(() -> server.take(new StreamId(1), SOON)).isInstanceOf(PoolBusyException.class);
        assertThat(seen.of(server).events("refused")).containsExactly("refused callers");
    }

    @Test
    void thePoolOfSeveralTargetsHasTheWaitsAndItsMembersTheRest() throws Exception {
        ServerPool one = pools.server(s -> s.name("one"));
        ServerPool two = pools.server(s -> s.name("two"));
        ClientPool group = pools.client(
                "127.0.0.1:" + one.localAddress().getPort() + ", 127.0.0.1:"
                        + two.localAddress().getPort(),
                c -> c.capacity(1, 1));
        awaitIdle(group, 2);
        for (int i = 0; i < 20; i++) {
            group.take(SOON).close();
        }
        assertThat(seen.of(group).events("")).allMatch(event -> event.startsWith("waited"));
        for (ClientPool member : group.members()) {
            assertThat(seen.of(member).count("opened")).isPositive();
            assertThat(seen.of(member).count("used")).isPositive();
            assertThat(member.config().name()).isEqualTo("client");
            assertThat(member.name())
                    .isEqualTo("client@" + member.config().targets().get(0));
        }
        assertThat(group.config().targets()).hasSize(2);
        group.close();
        assertThat(seen.of(group).events("closed")).hasSize(1);
        assertThat(seen.of(group.members().get(0)).events("closed")).hasSize(1);
    }

    /** Throws in every call. */
    private static final class Broken implements PoolObserver {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public void opened(long nanos) {
            calls.incrementAndGet();
            throw new IllegalStateException("for the test");
        }

        @Override
        public void used(long nanos, UseEnd end) {
            calls.incrementAndGet();
            throw new AssertionError("for the test");
        }
    }

    @Test
    void anObserverThatThrowsHurtsNobody() throws Exception {
        Broken broken = pools.observedBy(new Broken());
        SeenEvents behind = pools.observedBy(new SeenEvents());
        pools.observedBy(new PoolObserver() {
            @Override
            public @Nullable PoolObserver forPool(StreamPool pool) {
                throw new IllegalStateException("not for this one");
            }
        });
        try (LogOf log = new LogOf("io.quicpool")) {
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c.capacity(4, 4));
            for (int i = 0; i < 10; i++) {
                client.take(SOON).close();
            }
            awaitIdle(client, 4);
            assertThat(behind.of(client).count("used")).isEqualTo(10);
            assertThat(broken.calls).hasValueGreaterThan(20);
            assertThat(log.lines("client client: the observer io.quicpool.PoolObserverTest$Broken threw an exception"))
                    .hasSize(1);
            assertThat(log.lines("does not use the observer")).hasSize(2);
        }
    }

    @Test
    void anObserverMayDecline() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        pools.observedBy(new PoolObserver() {
            @Override
            public @Nullable PoolObserver forPool(StreamPool pool) {
                return pool instanceof ServerPool ? null : this;
            }

            @Override
            public void closed() {
                calls.incrementAndGet();
            }
        });
        ServerPool server = pools.server(s -> s);
        ClientPool client = pools.client(server, c -> c);
        List.of(client, server).forEach(StreamPool::close);
        assertThat(calls).hasValue(1);
    }
}
