package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.core.exchange.IdRequest;
import io.quicpool.core.streams.Callers;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.Waiter;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Two threads that exchange ids, at the worst moment for each other. */
class IdExchangeTest extends MidCallPools {

    private static final Duration IMPATIENT = Duration.ofMillis(100);

    @Test
    void aStreamWhoseIdComesWhileLateOnesAreEvictedStays() {
        connection.credit = 2;
        // Before the first can be late: the timer that opens them also evicts them.
        connection.onOpen = stream -> stream.onReset = () -> connection.streams.forEach(each -> {
            if (each != stream) {
                each.receive(0, 0, 0, 1);
            }
        });
        try (CoreClientPool pool = client(2, IMPATIENT)) {
            await().until(() -> connection.streams.size() == 2);
            MidCallStream one = connection.streams.get(0);
            MidCallStream other = connection.streams.get(1);
            await().until(() -> one.reset || other.reset);
            await().untilAsserted(() -> assertThat(pool.opening()).isZero());
            assertThat(pool.active()).isOne();
            assertThat(one.reset && other.reset).isFalse();
        }
    }

    @Test
    void aStreamThatOpensDuringClosingIsReset() {
        CompletableFuture<EngineStream> slow = new CompletableFuture<>();
        connection.credit = 1;
        connection.opened = slow;
        MidCallStream stream = new MidCallStream(connection);
        connection.onClose = () -> slow.complete(stream);
        CoreClientPool pool = client(1, SOON);
        await().until(() -> pool.opening() == 1);
        pool.close();
        assertThat(pool.opening()).isZero();
        assertThat(stream.reset).isTrue();
    }

    /** After the maximum number of such streams the pool would never have opened another. */
    @Test
    void aStreamThatNeverOpensIsEvictedAndOneThatOpensTooLateIsReset() {
        CompletableFuture<EngineStream> never = new CompletableFuture<>();
        connection.credit = 100_000;
        connection.opened = never;
        try (CoreClientPool pool = client(IdRequest.MAX_OPENING, IMPATIENT)) {
            await().until(() -> pool.opening() == IdRequest.MAX_OPENING);
            connection.opened = null;
            await().until(() -> !connection.streams.isEmpty());
            MidCallStream late = new MidCallStream(connection);
            never.complete(late);
            assertThat(late.reset).isTrue();
            assertThat(pool.snapshot().totals().failed()).isGreaterThanOrEqualTo(IdRequest.MAX_OPENING);
            assertThat(pool.snapshot().lastError()).isNotNull();
        }
    }

    /** A caller may end the connection as it takes the first stream. The pool was connected until then. */
    @Test
    void aConnectionThatIsLostAsItsFirstStreamIsTakenCountsAsLost() {
        connection.credit = 1;
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        List<String> lost = new CopyOnWriteArrayList<>();
        try (CoreClientPool pool = new CoreClientPool(
                "orders",
                ClientPoolConfig.builder()
                        .name("orders")
                        .target("localhost:1")
                        .capacity(1, 1)
                        .build(),
                each -> {
                    events.set(each);
                    return connection;
                })) {
            pool.addListener(new PoolListener() {
                @Override
                public void peerLost(StreamPool pool, String reason) {
                    lost.add(reason);
                }
            });
            pool.start();
            await().until(() -> connection.streams.size() == 1);
            Waiter taker = Callers.waiter(() -> {
                connection.alive = false;
                events.get().lost("it restarts");
            });
            assertThat(pool.addWaiter(taker)).isTrue();
            connection.streams.get(0).receive(0, 0, 0, 1);
            await().untilAsserted(() -> assertThat(lost).containsExactly("it restarts"));
        }
    }

    @Test
    void aLostConnectionEndsTheOpeningOfItsStreams() {
        CompletableFuture<EngineStream> never = new CompletableFuture<>();
        connection.credit = 2;
        connection.opened = never;
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        try (CoreClientPool pool = new CoreClientPool(
                "orders",
                ClientPoolConfig.builder()
                        .name("orders")
                        .target("localhost:1")
                        .capacity(2, 2)
                        .idTimeout(Duration.ofMinutes(10))
                        .build(),
                each -> {
                    events.set(each);
                    return connection;
                })) {
            pool.start();
            await().until(() -> pool.opening() == 2);
            connection.alive = false;
            events.get().lost("it restarts");
            await().until(() -> pool.opening() == 0);
            MidCallStream late = new MidCallStream(connection);
            never.complete(late);
            assertThat(late.reset).isTrue();
            assertThat(pool.snapshot().totals().failed()).isEqualTo(2);
        }
    }

    /** A stream that came during the eviction of the others could be taken at the very end of the pool, and nobody ended it. */
    @Test
    void aStreamWhoseIdComesDuringClosingCannotBeTaken() {
        connection.credit = 2;
        CoreClientPool pool = client(2, SOON);
        await().until(() -> connection.streams.size() == 2);
        MidCallStream one = connection.streams.get(0);
        MidCallStream other = connection.streams.get(1);
        one.onReset = () -> other.receive(0, 0, 0, 1);
        other.onReset = () -> one.receive(0, 0, 0, 1);
        List<Slot> taken = new CopyOnWriteArrayList<>();
        connection.onAlive = () -> {
            Slot slot = Callers.takeAny(pool.idleStreams);
            if (slot != null) {
                taken.add(slot);
            }
        };
        pool.close();
        assertThat(taken).isEmpty();
        assertThat(one.reset && other.reset).isTrue();
        assertThat(pool.idleStreams.taken()).isZero();
        assertThat(pool.opening()).isZero();
    }

    @Test
    void aStreamThatThePeerHasFinishedWaitsForTheOneWhoIsToldItsIdButNotForEver() {
        connection.credit = 1;
        try (CoreClientPool pool = client(1, SOON)) {
            await().until(() -> connection.streams.size() == 1);
            MidCallStream stream = connection.streams.get(0);
            stream.receive(0, 0, 0, 1);
            stream.finished = true;
            long now = System.nanoTime();
            pool.idleSweep.run(1, now);
            pool.idleSweep.run(1, now + IdleSweep.MAX_UNCLAIMED.toNanos() / 2);
            assertThat(stream.reset).isFalse();
            pool.suspend();
            pool.idleSweep.run(1, now + 2 * IdleSweep.MAX_UNCLAIMED.toNanos());
            assertThat(stream.reset).isFalse();
            pool.resume();
            pool.idleSweep.run(1, now + 2 * IdleSweep.MAX_UNCLAIMED.toNanos());
            assertThat(stream.reset).isTrue();
            assertThat(pool.active()).isZero();
        }
    }

    @Test
    void aStreamWhoseHelloComesWhileLateOnesAreEvictedStays() throws Exception {
        try (CoreServerPool pool = server(Duration.ofSeconds(1))) {
            ConnectionEvents events = pool.clients.connected(connection);
            MidCallStream one = new MidCallStream(connection);
            MidCallStream other = new MidCallStream(connection);
            one.onReset = () -> other.receive(0);
            other.onReset = () -> one.receive(0);
            events.accepted(one);
            events.accepted(other);
            await().until(() -> one.reset || other.reset);
            await().untilAsserted(() -> assertThat(pool.opening()).isZero());
            assertThat(pool.active()).isOne();
            assertThat(one.reset && other.reset).isFalse();
        }
    }

    @Test
    void aStreamThatEndsBetweenItsHelloAndItsIdHoldsNoId() throws Exception {
        try (CoreServerPool pool = server(SOON)) {
            ConnectionEvents events = pool.clients.connected(connection);
            MidCallStream stream = new MidCallStream(connection);
            stream.onRead = pool::flush;
            events.accepted(stream);
            stream.receive(0);
            assertThat(stream.reset).isTrue();
            assertThat(pool.idleStreams.live()).isEmpty();
            assertThat(pool.opening()).isZero();
        }
    }

    @Test
    void aStreamThatComesToAClosedPoolIsReset() throws Exception {
        CoreServerPool pool = server(SOON);
        ConnectionEvents events = pool.clients.connected(connection);
        pool.close();
        MidCallStream stream = new MidCallStream(connection);
        events.accepted(stream);
        assertThat(stream.reset).isTrue();
        assertThat(pool.opening()).isZero();
    }
}
