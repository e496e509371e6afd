package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PoolListener;
import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.exchange.IdRequest;
import io.quicpool.core.streams.Callers;
import io.quicpool.core.streams.Slot;
import io.quicpool.core.streams.Waiter;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.TestCertificates;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import io.quicpool.transport.Listener;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two threads at the worst moment for each other: this engine lets the other act in the middle of a call. */
class IdExchangeTest {

    private static final Duration IMPATIENT = Duration.ofMillis(100);

    private final ScriptedConnection connection = new ScriptedConnection();

    // ---- the client

    private CoreClientPool client(int capacity, Duration idTimeout) {
        CoreClientPool pool = new CoreClientPool(
                "orders",
                ClientPoolConfig.builder()
                        .name("orders")
                        .target("localhost:1")
                        .capacity(capacity, capacity)
                        .idTimeout(idTimeout)
                        .build(),
                events -> connection);
        pool.start();
        return pool;
    }

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
            ScriptedStream one = connection.streams.get(0);
            ScriptedStream other = connection.streams.get(1);
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
        ScriptedStream stream = new ScriptedStream(connection);
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
            ScriptedStream late = new ScriptedStream(connection);
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
            ScriptedStream late = new ScriptedStream(connection);
            never.complete(late);
            assertThat(late.reset).isTrue();
            assertThat(pool.snapshot().totals().failed()).isEqualTo(2);
        }
    }

    @Test
    void aFlushEvictsStreamsWithoutIdAndCountsNoError() {
        connection.credit = 8;
        try (CoreClientPool pool = client(4, SOON)) {
            await().until(() -> connection.streams.size() == 4);
            connection.streams.get(0).receive(0, 0, 0, 1);
            await().until(() -> pool.active() == 1);
            List<ScriptedStream> old = List.copyOf(connection.streams);
            // This one is opened during the flush, which must not evict it.
            old.get(0).onReset = () -> {
                pool.replenish();
                await().until(() -> connection.streams.size() == 5);
            };
            pool.flush();
            await().until(() -> connection.streams.size() == 8);
            assertThat(old).allMatch(stream -> stream.reset);
            assertThat(connection.streams.subList(4, 8)).noneMatch(stream -> stream.reset);
            assertThat(pool.errorCount()).isZero();
            assertThat(pool.snapshot().totals().failed()).isZero();
            assertThat(pool.snapshot().totals().evicted()).containsEntry("flushed", 4L);
            assertThat(pool.opening()).isEqualTo(4);
        }
    }

    @Test
    void aFlushKeepsStreamsThatBecomeIdleDuringIt() {
        connection.credit = 4;
        try (CoreClientPool pool = client(2, SOON)) {
            await().until(() -> connection.streams.size() == 2);
            connection.streams.get(0).receive(0, 0, 0, 1);
            connection.streams.get(1).receive(0, 0, 0, 2);
            await().until(() -> pool.active() == 2);
            // The flush has not come to this one.
            connection.streams.get(0).onReset = () -> {
                pool.replenish();
                await().until(() -> connection.streams.size() == 3);
                connection.streams.get(2).receive(0, 0, 0, 3);
            };
            pool.flush();
            assertThat(connection.streams.get(0).reset).isTrue();
            assertThat(connection.streams.get(1).reset).isTrue();
            assertThat(connection.streams.get(2).reset).isFalse();
            assertThat(pool.active()).isOne();
        }
    }

    @Test
    void aFlushEvictsStreamsThatGetTheirIdDuringIt() {
        connection.credit = 2;
        try (CoreClientPool pool = client(2, SOON)) {
            await().until(() -> connection.streams.size() == 2);
            connection.streams.get(0).receive(0, 0, 0, 1);
            await().until(() -> pool.active() == 1);
            // The flush has passed this one.
            connection.streams.get(0).onReset = () -> connection.streams.get(1).receive(0, 0, 0, 0);
            pool.flush();
            assertThat(connection.streams).allMatch(stream -> stream.reset);
            assertThat(pool.active()).isZero();
            assertThat(pool.errorCount()).isZero();
        }
    }

    @Test
    void aCallerThatWaitsIsNotServedWithWhatAFlushHasEvicted() throws Exception {
        CompletableFuture<EngineStream> slow = new CompletableFuture<>();
        connection.credit = 1;
        connection.opened = slow;
        try (CoreClientPool pool = client(1, SOON)) {
            await().until(() -> pool.opening() == 1);
            CompletableFuture<PooledStream> waiting = pool.takeAsync(SOON).toCompletableFuture();
            await().until(() -> pool.snapshot().waiting() == 1);
            pool.flush();
            connection.credit = 1;
            connection.opened = null;
            ScriptedStream old = new ScriptedStream(connection);
            slow.complete(old);
            old.receive(0, 0, 0, 1);
            assertThat(old.reset).isTrue();
            assertThat(waiting).isNotDone();
            await().until(() -> !connection.streams.isEmpty());
            connection.streams.get(0).receive(0, 0, 0, 2);
            assertThat(waiting.get(SOON.toSeconds(), TimeUnit.SECONDS).id()).isEqualTo(new StreamId(2));
            assertThat(pool.errorCount()).isZero();
        }
    }

    /** A stream that came during the eviction of the others could be taken at the very end of the pool, and nobody ended it. */
    @Test
    void aStreamWhoseIdComesDuringClosingCannotBeTaken() {
        connection.credit = 2;
        CoreClientPool pool = client(2, SOON);
        await().until(() -> connection.streams.size() == 2);
        ScriptedStream one = connection.streams.get(0);
        ScriptedStream other = connection.streams.get(1);
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
            ScriptedStream stream = connection.streams.get(0);
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

    // ---- the server

    private static CoreServerPool server(Duration helloTimeout) throws IOException {
        CoreServerPool pool = new CoreServerPool(ServerPoolConfig.builder()
                .name("orders")
                .listen("localhost:0")
                .certificate(TestCertificates.selfSigned("orders"))
                .helloTimeout(helloTimeout)
                .build());
        pool.start(itself -> new FakeListener());
        return pool;
    }

    @Test
    void aStreamWhoseHelloComesWhileLateOnesAreEvictedStays() throws Exception {
        try (CoreServerPool pool = server(Duration.ofSeconds(1))) {
            ConnectionEvents events = pool.clients.connected(connection);
            ScriptedStream one = new ScriptedStream(connection);
            ScriptedStream other = new ScriptedStream(connection);
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
    void aFlushOfAServerEvictsOnlyStreamsThatCameBeforeIt() throws Exception {
        try (CoreServerPool pool = server(SOON)) {
            ConnectionEvents events = pool.clients.connected(connection);
            List<ScriptedStream> before = new ArrayList<>();
            List<ScriptedStream> after = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ScriptedStream stream = new ScriptedStream(connection);
                stream.onReset = () -> {
                    ScriptedStream next = new ScriptedStream(connection);
                    after.add(next);
                    events.accepted(next);
                };
                before.add(stream);
                events.accepted(stream);
            }
            pool.flush();
            assertThat(before).allMatch(stream -> stream.reset);
            assertThat(after).hasSize(20).noneMatch(stream -> stream.reset);
            assertThat(pool.opening()).isEqualTo(20);
        }
    }

    @Test
    void aStreamThatEndsBetweenItsHelloAndItsIdHoldsNoId() throws Exception {
        try (CoreServerPool pool = server(SOON)) {
            ConnectionEvents events = pool.clients.connected(connection);
            ScriptedStream stream = new ScriptedStream(connection);
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
        ScriptedStream stream = new ScriptedStream(connection);
        events.accepted(stream);
        assertThat(stream.reset).isTrue();
        assertThat(pool.opening()).isZero();
    }

    // ---- an engine that lets another thread act in the middle of its calls

    private static final class ScriptedStream implements EngineStream {

        private final Connection connection;
        private final OutputStream sent = new ByteArrayOutputStream();
        private InputStream received = InputStream.nullInputStream();
        private volatile Runnable onReset = () -> {};
        private volatile Runnable onRead = () -> {};
        private volatile boolean reset;
        private volatile boolean finished;
        private volatile @Nullable Runnable whenReadable;

        ScriptedStream(Connection connection) {
            this.connection = connection;
        }

        void receive(int... bytes) {
            byte[] all = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                all[i] = (byte) bytes[i];
            }
            received = new ByteArrayInputStream(all);
            Runnable action = whenReadable;
            if (action != null && !reset) {
                action.run();
            }
        }

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public InputStream input() {
            return new FilterInputStream(received) {
                @Override
                public int read() throws IOException {
                    int one = super.read();
                    onRead.run();
                    return one;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int count = super.read(buffer, offset, length);
                    onRead.run();
                    return count;
                }
            };
        }

        @Override
        public OutputStream output() {
            return new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    if (reset) {
                        throw new IOException("reset");
                    }
                    sent.write(one);
                }
            };
        }

        @Override
        public boolean alive() {
            return !reset;
        }

        @Override
        public boolean finished() {
            return finished;
        }

        @Override
        public void whenReadable(int bytes, Runnable action) {
            whenReadable = action;
        }

        @Override
        public void whenEnded(Runnable action) {}

        @Override
        public void close() {}

        @Override
        public void reset(long applicationErrorCode) {
            reset = true;
            onReset.run();
        }

        @Override
        public void stopReceiving(long applicationErrorCode) {}
    }

    /** Its streams are scripted. */
    private static final class ScriptedConnection extends FakeConnection {

        private final List<ScriptedStream> streams = new CopyOnWriteArrayList<>();
        private volatile @Nullable CompletableFuture<EngineStream> opened;
        private volatile Consumer<ScriptedStream> onOpen = stream -> {};

        // Only the timer of the pool writes it.
        @SuppressWarnings("NonAtomicVolatileUpdate")
        @Override
        public CompletionStage<EngineStream> openStream() {
            credit--;
            CompletableFuture<EngineStream> slow = opened;
            if (slow != null) {
                return slow;
            }
            ScriptedStream stream = new ScriptedStream(this);
            onOpen.accept(stream);
            streams.add(stream);
            return CompletableFuture.completedFuture(stream);
        }
    }

    private static final class FakeListener implements Listener {

        @Override
        public InetSocketAddress localAddress() {
            return FakeConnection.ADDRESS;
        }

        @Override
        public boolean alive() {
            return true;
        }

        @Override
        public void certificate(KeyMaterial certificate) {}

        @Override
        public void sweep() {}

        @Override
        public void stopAccepting() {}

        @Override
        public boolean close(Duration timeout) {
            return true;
        }
    }
}
