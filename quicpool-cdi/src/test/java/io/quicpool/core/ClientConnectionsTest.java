package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ClientConnectionsTest {

    private final Queue<FakeConnection> made = new ConcurrentLinkedQueue<>();
    private final Set<FakeConnection> closed = ConcurrentHashMap.newKeySet();

    private FakeConnection connection() {
        FakeConnection next = new FakeConnection();
        next.credit = 1;
        next.onClose = () -> {
            // While this one is closed whoever closes the pool looks whether all is done.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            closed.add(next);
        };
        made.add(next);
        return next;
    }

    private static final class Nobody implements ClientConnection.Owner {
        @Override
        public void up(Connection connection) {}

        @Override
        public void down(Connection connection, String reason) {}
    }

    /** What they have left lives on until its streams have ended, or the pool is closed. */
    @Test
    void closingClosesWhatLinksHaveLeftThatAreGone() throws Exception {
        CoreClientPool pool = new CoreClientPool(
                "test", ClientPoolConfig.builder().target("localhost:1").build(), events -> connection());
        ClientConnections links = new ClientConnections(pool, events -> connection(), new Nobody(), 1);
        onTimer(pool, links::connect);
        await().until(() -> links.open().size() == 1);
        for (int most = 2; most <= 4; most++) {
            int size = most;
            onTimer(pool, () -> assertThat(spread(links, size).next(false)).isNull());
            await().until(() -> links.open().size() == size);
        }
        List<Connection> left = links.open().subList(1, 4);
        onTimer(pool, () -> left.forEach(each -> links.leave(each, "it closes")));
        assertThat(links.open()).hasSize(1);
        assertThat(links.connections()).hasSize(4);
        links.close();
        assertThat(links.awaitClosed(SOON)).isTrue();
        assertThat(pool.threads.close(SOON)).isTrue();
        assertThat(closed).hasSize(4).containsAll(made);
    }

    /** Nothing is kept of what has gone, however often it comes and goes. */
    @Test
    void growingAndShrinkingLeavesNothingBehind() throws Exception {
        CoreClientPool pool = new CoreClientPool(
                "test", ClientPoolConfig.builder().target("localhost:1").build(), events -> connection());
        ClientConnections links = new ClientConnections(pool, events -> connection(), new Nobody(), 1);
        onTimer(pool, links::connect);
        await().until(() -> links.open().size() == 1);
        for (int cycle = 0; cycle < 12; cycle++) {
            onTimer(pool, () -> assertThat(spread(links, 2).next(false)).isNull());
            await().until(() -> links.open().size() == 2);
            onTimer(pool, () -> links.shrink(1, connection -> false));
            assertThat(links.open()).hasSize(1);
            onTimer(pool, () -> links.watch(SOON, SOON, connection -> false));
        }
        assertThat(made).hasSize(13);
        assertThat(links.held()).isEqualTo(1);
        links.close();
        assertThat(links.awaitClosed(SOON)).isTrue();
        assertThat(pool.threads.close(SOON)).isTrue();
    }

    /** A server that comes and goes, each time with an id or a few, is not dialled at full speed. */
    @Test
    void aPeerThatComesAndGoesIsDialledLessAndLessOften() throws Exception {
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        AtomicInteger dialled = new AtomicInteger();
        AtomicLong lost = new AtomicLong();
        AtomicLong pause = new AtomicLong();
        CoreClientPool pool = new CoreClientPool(
                "test", ClientPoolConfig.builder().target("localhost:1").build(), each -> connection());
        ClientConnections links = new ClientConnections(
                pool,
                each -> {
                    pause.set(System.nanoTime() - lost.get());
                    events.set(each);
                    dialled.incrementAndGet();
                    return new FakeConnection();
                },
                new Nobody(),
                1);
        onTimer(pool, links::connect);
        for (int cycle = 1; cycle <= 12; cycle++) {
            int times = cycle;
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> dialled.get() == times && links.open().size() == 1);
            onTimer(pool, () -> {
                FakeConnection connection = (FakeConnection) links.open().get(0);
                links.proved(connection);
                connection.alive = false;
                lost.set(System.nanoTime());
                events.get().lost("it restarts");
            });
        }
        await().until(() -> dialled.get() == 13);
        // Half of 50 ms, a quarter longer eleven times, is the shortest that chance may make of it.
        assertThat(Duration.ofNanos(pause.get())).isGreaterThan(Backoff.FIRST.multipliedBy(5));
        links.close();
        assertThat(links.awaitClosed(SOON)).isTrue();
        assertThat(pool.threads.close(SOON)).isTrue();
    }

    // Each connection has its one stream.
    private static ClientConnections.Spread spread(ClientConnections links, int most) {
        List<Connection> open = links.open();
        return links.new Spread(open, each -> 1, most, Connection::credit);
    }

    private static void onTimer(CorePool pool, Runnable decision) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        pool.threads.decide(() -> {
            decision.run();
            done.countDown();
        });
        assertThat(done.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
