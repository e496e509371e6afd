package io.quicpool.core.connection;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.PoolLabel;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.testing.FakeConnection;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ClientConnectionsTest {

    private final PoolThreads threads = new PoolThreads("test");
    private final Queue<FakeConnection> made = new ConcurrentLinkedQueue<>();
    private final Set<FakeConnection> closed = ConcurrentHashMap.newKeySet();

    private FakeConnection connection() {
        FakeConnection next = new FakeConnection();
        next.credit = 1;
        next.onClose = () -> {
            // Gives a thread that closes the pool time to check whether all is closed.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            closed.add(next);
        };
        made.add(next);
        return next;
    }

    private ClientConnections connections(Connector connector) {
        return new ClientConnections(
                threads, new PoolLog(PoolLabel.client("test")), new Metrics(), connector, new Nobody(), 1);
    }

    private static final class Nobody implements ClientConnection.Owner {
        @Override
        public void up(Connection connection) {}

        @Override
        public void down(Connection connection, String reason) {}
    }

    /** A draining connection lives until its streams have ended or the pool is closed. */
    @Test
    void closingClosesDrainingConnectionsOfThoseThatEnded() throws Exception {
        ClientConnections connections = connections(events -> connection());
        onTimer(connections::connect);
        await().until(() -> connections.open().size() == 1);
        for (int maxStreams = 2; maxStreams <= 4; maxStreams++) {
            int size = maxStreams;
            onTimer(() -> assertThat(spread(connections, size).next(false)).isNull());
            await().until(() -> connections.open().size() == size);
        }
        List<Connection> draining = connections.open().subList(1, 4);
        onTimer(() -> draining.forEach(each -> connections.drain(each, "it closes")));
        assertThat(connections.open()).hasSize(1);
        assertThat(connections.openAndDraining()).hasSize(4);
        connections.close();
        assertThat(connections.awaitClosed(SOON)).isTrue();
        assertThat(threads.close(SOON)).isTrue();
        assertThat(closed).hasSize(4).containsAll(made);
    }

    /** Connections that come and go leave nothing in memory. */
    @Test
    void growingAndShrinkingLeavesNothingBehind() throws Exception {
        ClientConnections connections = connections(events -> connection());
        onTimer(connections::connect);
        await().until(() -> connections.open().size() == 1);
        for (int cycle = 0; cycle < 12; cycle++) {
            onTimer(() -> assertThat(spread(connections, 2).next(false)).isNull());
            await().until(() -> connections.open().size() == 2);
            onTimer(() -> connections.shrink(1, connection -> false));
            assertThat(connections.open()).hasSize(1);
            onTimer(() -> connections.check(SOON, SOON, connection -> false));
        }
        assertThat(made).hasSize(13);
        assertThat(connections.heldConnections()).isEqualTo(1);
        connections.close();
        assertThat(connections.awaitClosed(SOON)).isTrue();
        assertThat(threads.close(SOON)).isTrue();
    }

    /** The look-up always gives both. Until an id comes, whatever happens to a connection counts against its address. */
    @Test
    void anAddressThatDoesNotServeIsLeftForTheOtherOfItsName() throws Exception {
        List<InetSocketAddress> both = List.of(address("127.0.0.2"), address("127.0.0.3"));
        List<InetSocketAddress> dialled = new CopyOnWriteArrayList<>();
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        ClientConnections connections = connections(new TargetConnector(new Addresses(() -> both), (address, each) -> {
            events.set(each);
            dialled.add(address);
            FakeConnection made = new FakeConnection(address);
            made.credit = 1;
            return made;
        }));
        onTimer(connections::connect);
        awaitDialled(dialled, connections, 1);
        onTimer(() -> lose(connections, events.get()));
        awaitDialled(dialled, connections, 2);
        // It gives no credit.
        ((FakeConnection) connections.open().get(0)).credit = 0;
        checkUntilDialled(dialled, connections, 3);
        // It gives credit, and no id.
        Connection full = connections.open().get(0);
        onTimer(() -> connections.idFailed(full, "full", true));
        checkUntilDialled(dialled, connections, 4);
        // One that served and is lost is left too.
        onTimer(() -> {
            connections.markVerified(connections.open().get(0));
            lose(connections, events.get());
        });
        awaitDialled(dialled, connections, 5);
        assertThat(dialled).containsExactly(both.get(0), both.get(1), both.get(0), both.get(1), both.get(0));
        connections.close();
        assertThat(connections.awaitClosed(SOON)).isTrue();
        assertThat(threads.close(SOON)).isTrue();
    }

    private static InetSocketAddress address(String host) {
        return new InetSocketAddress(host, 1);
    }

    private static void awaitDialled(List<?> dialled, ClientConnections connections, int times) {
        await().until(() -> dialled.size() == times && connections.open().size() == 1);
    }

    // The first check after a pause of this process does nothing.
    private void checkUntilDialled(List<?> dialled, ClientConnections connections, int times) {
        await().until(() -> {
            onTimer(() -> connections.check(SOON, Duration.ZERO, connection -> false));
            return dialled.size() == times;
        });
        awaitDialled(dialled, connections, times);
    }

    private static void lose(ClientConnections connections, ConnectionEvents events) {
        ((FakeConnection) connections.open().get(0)).alive = false;
        events.lost("it is full");
    }

    /** A server that comes and goes, each time with an id or a few, is not dialled at full speed. */
    @Test
    void aPeerThatComesAndGoesIsDialledLessAndLessOften() throws Exception {
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        AtomicInteger dialled = new AtomicInteger();
        AtomicLong lost = new AtomicLong();
        AtomicLong pause = new AtomicLong();
        ClientConnections connections = connections(each -> {
            pause.set(System.nanoTime() - lost.get());
            events.set(each);
            dialled.incrementAndGet();
            return new FakeConnection();
        });
        onTimer(connections::connect);
        for (int cycle = 1; cycle <= 12; cycle++) {
            int times = cycle;
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> dialled.get() == times && connections.open().size() == 1);
            onTimer(() -> {
                FakeConnection connection = (FakeConnection) connections.open().get(0);
                connections.markVerified(connection);
                connection.alive = false;
                lost.set(System.nanoTime());
                events.get().lost("it restarts");
            });
        }
        await().until(() -> dialled.get() == 13);
        // Half of 50 ms, a quarter longer eleven times: the least that the random part allows.
        assertThat(Duration.ofNanos(pause.get())).isGreaterThan(Backoff.MIN_DELAY.multipliedBy(5));
        // Lost connections are not kept.
        await().until(() -> connections.open().size() == 1);
        onTimer(() -> connections.check(SOON, SOON, connection -> false));
        assertThat(connections.heldConnections()).isEqualTo(1);
        connections.close();
        assertThat(connections.awaitClosed(SOON)).isTrue();
        assertThat(threads.close(SOON)).isTrue();
    }

    /** A server that takes no more connections is not asked for them at full speed; the first connection gets the streams. */
    @Test
    void connectionsBesideTheFirstThatFailAreMadeLessAndLessOften() throws Exception {
        AtomicInteger dialled = new AtomicInteger();
        AtomicLong last = new AtomicLong();
        AtomicLong pause = new AtomicLong();
        ClientConnections connections = connections(events -> {
            pause.set(System.nanoTime() - last.getAndSet(System.nanoTime()));
            if (dialled.incrementAndGet() > 1) {
                throw new IOException("no more connections");
            }
            return connection();
        });
        onTimer(connections::connect);
        await().until(() -> connections.open().size() == 1);
        AtomicInteger dialledBeforeTheFirstHasMore = new AtomicInteger();
        while (dialled.get() < 13) {
            onTimer(() -> {
                if (spread(connections, 2).next(false) != null) {
                    dialledBeforeTheFirstHasMore.compareAndSet(0, dialled.get());
                }
            });
        }
        // Half of 50 ms, a quarter longer ten times: the least that the random part allows.
        assertThat(Duration.ofNanos(pause.get())).isGreaterThan(Backoff.MIN_DELAY.multipliedBy(4));
        // After three failures the first connection gets the streams.
        assertThat(dialledBeforeTheFirstHasMore).hasValueGreaterThanOrEqualTo(4);
        connections.close();
        assertThat(connections.awaitClosed(SOON)).isTrue();
        assertThat(threads.close(SOON)).isTrue();
    }

    // Each connection has one stream.
    private static ClientConnections.Spread spread(ClientConnections connections, int maxStreams) {
        List<Connection> open = connections.open();
        return connections.new Spread(open, each -> 1, maxStreams, Connection::credit);
    }

    private void onTimer(Runnable decision) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        threads.decide(() -> {
            decision.run();
            done.countDown();
        });
        assertThat(done.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
