package io.quicpool.core.streams;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.StreamId;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ConfigException;
import io.quicpool.config.PoolOptions;
import io.quicpool.testing.FakeStream;
import io.quicpool.testing.Pools;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaxInUseTest {

    private final IdleStreams two = bounded(2);

    private static IdleStreams bounded(int maxInUse) {
        return new IdleStreams(ClientPoolConfig.builder()
                .target("peer:1")
                .option(PoolOptions.MAX_IN_USE, maxInUse)
                .build());
    }

    private static Slot deliverNew(IdleStreams streams, int id) {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(id));
        assertThat(streams.register(slot)).isTrue();
        assertThat(streams.deliver(slot)).isTrue();
        return slot;
    }

    private Slot deliverNew(int id) {
        return deliverNew(two, id);
    }

    private Waiter wait(@Nullable StreamId id) {
        Waiter waiter = new Waiter(id, 0);
        assertThat(two.addWaiter(waiter)).isTrue();
        return waiter;
    }

    private List<Slot> takeTwo() {
        deliverNew(1);
        deliverNew(2);
        List<Slot> taken = new ArrayList<>();
        taken.add(two.takeAny());
        taken.add(two.takeAny());
        return taken;
    }

    @Test
    void noMoreAreInUseThanTheBound() {
        List<Slot> taken = takeTwo();
        Slot third = deliverNew(3);
        assertThat(two.takeAny()).isNull();
        assertThat(two.take(third.id())).isNull();
        assertThat(two.idle()).isOne();
        assertThat(two.end(taken.get(0))).isTrue();
        assertThat(two.takeAny()).isSameAs(third);
        assertThat(two.taken()).isEqualTo(2);
    }

    @Test
    void aWaiterIsServedWhenAStreamEnds() {
        List<Slot> taken = takeTwo();
        Slot third = deliverNew(3);
        Waiter waiter = wait(null);
        assertThat(waiter.isWaiting()).isTrue();
        // No stream that is opened for it could be taken.
        assertThat(two.waitingForAny()).isZero();
        assertThat(two.waiting()).isOne();
        two.end(taken.get(0));
        assertThat(waiter.slot()).isSameAs(third);
        assertThat(two.waiting()).isZero();
    }

    @Test
    void aWaiterForOneStreamIsServedWhenAnotherOneEnds() {
        List<Slot> taken = takeTwo();
        Slot third = deliverNew(3);
        Waiter late = wait(new StreamId(4));
        Waiter early = wait(third.id());
        Slot fourth = deliverNew(4);
        assertThat(early.isWaiting() && late.isWaiting()).isTrue();
        two.end(taken.get(0));
        assertThat(early.slot()).isSameAs(third);
        assertThat(late.isWaiting()).isTrue();
        two.end(taken.get(1));
        assertThat(late.slot()).isSameAs(fourth);
    }

    @Test
    void aWaiterThatTimedOutHoldsNobodyUp() {
        List<Slot> taken = takeTwo();
        Slot third = deliverNew(3);
        Waiter gone = wait(third.id());
        Waiter next = wait(null);
        gone.giveUp();
        two.removeWaiter(gone);
        two.end(taken.get(0));
        assertThat(next.slot()).isSameAs(third);
    }

    @Test
    void aStreamThatIsGivenBackIsNotInUse() {
        List<Slot> taken = takeTwo();
        Slot third = deliverNew(3);
        Waiter waiter = wait(third.id());
        two.giveBack(taken.get(0));
        assertThat(waiter.slot()).isSameAs(third);
        assertThat(two.takeAny()).isNull();
        two.end(third);
        assertThat(two.takeAny()).isSameAs(taken.get(0));
    }

    @Test
    void withoutABoundAllAreTaken() {
        IdleStreams all = bounded(0);
        for (int id = 1; id <= 100; id++) {
            deliverNew(all, id);
            assertThat(all.takeAny()).isNotNull();
        }
    }

    @Test
    void aWaiterWaitsOnWhileThePoolIsSuspended() {
        List<Slot> taken = takeTwo();
        Slot third = deliverNew(3);
        Waiter waiter = wait(third.id());
        two.suspend();
        two.end(taken.get(0));
        assertThat(waiter.isWaiting()).isTrue();
        two.resume();
        assertThat(waiter.slot()).isSameAs(third);
    }

    @Test
    void aStreamThatEndsWhileItIsGivenBackIsCountedOnce() {
        List<Slot> taken = takeTwo();
        two.end(taken.get(0));
        two.giveBack(taken.get(0));
        deliverNew(3);
        deliverNew(4);
        assertThat(two.takeAny()).isNotNull();
        assertThat(two.takeAny()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyCallersAreAllServedAndNeverMoreThanTheBound(boolean byId) throws Exception {
        int callers = 8;
        int rounds = 2_000;
        AtomicInteger ids = new AtomicInteger();
        AtomicInteger inUse = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            Callable<Integer> caller = () -> {
                int most = 0;
                for (int i = 0; i < rounds; i++) {
                    StreamId id = deliverNew(ids.incrementAndGet()).id();
                    Slot slot = take(byId ? id : null);
                    most = Math.max(most, inUse.incrementAndGet());
                    inUse.decrementAndGet();
                    two.end(slot);
                }
                return most;
            };
            for (Future<Integer> each : threads.invokeAll(Collections.nCopies(callers, caller))) {
                assertThat(each.get(SOON.toSeconds(), TimeUnit.SECONDS)).isBetween(1, 2);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(two.taken()).isZero();
        assertThat(two.waiting()).isZero();
    }

    private Slot take(@Nullable StreamId id) throws InterruptedException {
        Slot slot = id == null ? two.takeAny() : two.take(id);
        if (slot != null) {
            return slot;
        }
        Waiter waiter = wait(id);
        assertThat(waiter.await(SOON.toNanos())).isTrue();
        return Objects.requireNonNull(waiter.slot());
    }

    @Test
    void aBoundBelowZeroIsRefused() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> bounded(-1))
                .withMessageContaining("max-in-use = -1: must be from 0 to 1048576");
    }

    @Test
    void aCallerOfAPoolWaitsUntilAnotherStreamIsClosed() throws Exception {
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c.capacity(2, 2).option(PoolOptions.MAX_IN_USE, 1));
            Pools.awaitIdle(client, 2);
            PooledStream first = client.take(SOON);
            CompletableFuture<PooledStream> second = client.takeAsync(SOON).toCompletableFuture();
            Pools.awaitIdle(client, 2);
            assertThat(second).isNotDone();
            first.close();
            second.get(SOON.toSeconds(), TimeUnit.SECONDS).close();
        }
    }
}
