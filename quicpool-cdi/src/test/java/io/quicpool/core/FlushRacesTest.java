package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PooledStream;
import io.quicpool.StreamId;
import io.quicpool.transport.ConnectionEvents;
import io.quicpool.transport.EngineStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A flush at the worst moment for the exchange of ids. */
class FlushRacesTest extends MidCallPools {

    @Test
    void aFlushEvictsStreamsWithoutIdAndCountsNoError() {
        connection.credit = 8;
        try (CoreClientPool pool = client(4, SOON)) {
            await().until(() -> connection.streams.size() == 4);
            connection.streams.get(0).receive(0, 0, 0, 1);
            await().until(() -> pool.active() == 1);
            List<MidCallStream> old = List.copyOf(connection.streams);
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
            MidCallStream old = new MidCallStream(connection);
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

    @Test
    void aFlushOfAServerEvictsOnlyStreamsThatCameBeforeIt() throws Exception {
        try (CoreServerPool pool = server(SOON)) {
            ConnectionEvents events = pool.clients.connected(connection);
            List<MidCallStream> before = new ArrayList<>();
            List<MidCallStream> after = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                MidCallStream stream = new MidCallStream(connection);
                stream.onReset = () -> {
                    MidCallStream next = new MidCallStream(connection);
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
}
