package io.quicpool.core.streams;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.StreamId;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.FakeStream;
import io.quicpool.transport.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Taking, waiting and giving back, one step at a time. The module stress tests the races. */
class IdleStreamsTest {

    private final IdleStreams idleStreams = new IdleStreams(10_000);

    private Slot deliverNew(int id) {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(id));
        assertThat(idleStreams.register(slot)).isTrue();
        assertThat(idleStreams.deliver(slot)).isTrue();
        return slot;
    }

    private Waiter wait(@Nullable StreamId id) {
        Waiter waiter = new Waiter(id, 0);
        assertThat(idleStreams.addWaiter(waiter)).isTrue();
        return waiter;
    }

    @Test
    void theOldestIsTakenFirst() {
        Slot first = deliverNew(1);
        Slot second = deliverNew(2);
        assertThat(idleStreams.takeAny()).isSameAs(first);
        assertThat(idleStreams.takeAny()).isSameAs(second);
        assertThat(idleStreams.takeAny()).isNull();
        assertThat(idleStreams.idle()).isZero();
        assertThat(idleStreams.taken()).isEqualTo(2);
    }

    @Test
    void oneIsTakenByItsIdAndByNobodyElse() {
        Slot first = deliverNew(1);
        deliverNew(2);
        assertThat(idleStreams.take(first.id())).isSameAs(first);
        assertThat(idleStreams.take(first.id())).isNull();
        assertThat(idleStreams.takeAny()).isNotSameAs(first).isNotNull();
        assertThat(idleStreams.takeAny()).isNull();
    }

    @Test
    void aStreamThatIsOpenedForARequestIsInUseWithoutAnIdAndNoDemand() {
        Slot opened = new Slot(new FakeStream(), 0, 0);
        assertThat(idleStreams.register(opened)).isTrue();
        assertThat(idleStreams.takeNew(opened)).isTrue();
        assertThat(idleStreams.taken()).isEqualTo(1);
        assertThat(idleStreams.takes()).isZero();
        assertThat(idleStreams.live()).containsExactly(opened);
        assertThat(idleStreams.takeNew(opened)).isFalse();
        assertThat(idleStreams.end(opened)).isTrue();
        assertThat(idleStreams.taken()).isZero();
        assertThat(idleStreams.live()).isEmpty();
        idleStreams.close();
        Slot late = new Slot(new FakeStream(), 0, 0);
        idleStreams.register(late);
        assertThat(idleStreams.takeNew(late)).isFalse();
    }

    @Test
    void anIdIsNotGivenTwiceWhileItsStreamLivesEvenWhenTaken() {
        Slot first = deliverNew(1);
        Slot twin = new Slot(new FakeStream(), 0, 0);
        twin.id(first.id());
        assertThat(idleStreams.register(twin)).isFalse();
        idleStreams.take(first.id());
        assertThat(idleStreams.register(twin)).isFalse();
        assertThat(idleStreams.end(first)).isTrue();
        assertThat(idleStreams.register(twin)).isTrue();
    }

    @Test
    void anAnnouncedStreamCannotBeTakenBeforeItIsDelivered() {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(1));
        idleStreams.register(slot);
        assertThat(idleStreams.take(slot.id())).isNull();
        Waiter waiter = wait(slot.id());
        assertThat(waiter.isWaiting()).isTrue();
        idleStreams.deliver(slot);
        assertThat(waiter.slot()).isSameAs(slot);
    }

    @Test
    void waitersAreServedInOrderOfArrival() {
        Waiter first = wait(null);
        Waiter second = wait(null);
        assertThat(idleStreams.waitingForAny()).isEqualTo(2);
        Slot one = deliverNew(1);
        assertThat(first.slot()).isSameAs(one);
        assertThat(second.isWaiting()).isTrue();
        Slot two = deliverNew(2);
        assertThat(second.slot()).isSameAs(two);
        assertThat(idleStreams.waiting()).isZero();
        assertThat(idleStreams.idle()).isZero();
    }

    @Test
    void aWaiterForAnIdIsServedBeforeOneForAnyStream() {
        Waiter any = wait(null);
        Waiter byId = wait(new StreamId(7));
        Slot slot = deliverNew(7);
        assertThat(byId.slot()).isSameAs(slot);
        assertThat(any.isWaiting()).isTrue();
    }

    @Test
    void aWaiterThatTimedOutIsSkipped() {
        Waiter givenUp = wait(null);
        Waiter next = wait(null);
        givenUp.giveUp();
        Slot slot = deliverNew(1);
        assertThat(next.slot()).isSameAs(slot);
        next.giveUp();
        assertThat(idleStreams.waiting()).isZero();
    }

    @Test
    void aStreamWhoseWaiterTimedOutBecomesIdle() {
        Waiter givenUp = wait(null);
        givenUp.giveUp();
        Slot slot = deliverNew(1);
        assertThat(slot.isIdle()).isTrue();
        assertThat(idleStreams.idle()).isOne();
        assertThat(idleStreams.taken()).isZero();
        assertThat(idleStreams.takeAny()).isSameAs(slot);
    }

    @Test
    void aStreamThatIsGivenBackGoesToTheNextWaiter() {
        Slot slot = deliverNew(1);
        idleStreams.takeAny();
        Waiter waiter = wait(null);
        assertThat(idleStreams.giveBack(slot)).isTrue();
        assertThat(waiter.slot()).isSameAs(slot);
        assertThat(idleStreams.giveBack(slot)).isTrue();
        assertThat(idleStreams.idle()).isOne();
        assertThat(idleStreams.take(slot.id())).isSameAs(slot);
    }

    @Test
    void evictingRemovesAStreamUnlessACallerHasIt() {
        Slot idle = deliverNew(1);
        Slot taken = deliverNew(2);
        idleStreams.take(taken.id());
        assertThat(idleStreams.evict(idle)).isEqualTo(Slot.State.IDLE);
        assertThat(idleStreams.evict(taken)).isNull();
        assertThat(idleStreams.takeAny()).isNull();
        assertThat(idleStreams.live()).containsExactly(taken);
        assertThat(idleStreams.idle()).isZero();
    }

    @Test
    void aStreamThatIsEvictedFirstIsNotDelivered() {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(1));
        idleStreams.register(slot);
        assertThat(idleStreams.evict(slot)).isEqualTo(Slot.State.OPENING);
        assertThat(idleStreams.deliver(slot)).isFalse();
        assertThat(idleStreams.idle()).isZero();
        assertThat(idleStreams.live()).isEmpty();
    }

    @Test
    void closingEndsPresentAndLaterWaits() {
        Waiter before = wait(null);
        idleStreams.close();
        Waiter after = wait(null);
        for (Waiter told : List.of(before, after)) {
            assertThat(told.isWaiting()).isFalse();
            assertThat(told.slot()).isNull();
        }
    }

    @Test
    void aClosedPoolAcceptsNoStream() {
        Slot taken = deliverNew(1);
        idleStreams.takeAny();
        Slot late = new Slot(new FakeStream(), 0, 0);
        late.id(new StreamId(2));
        idleStreams.register(late);
        idleStreams.close();
        assertThat(idleStreams.deliver(late)).isFalse();
        assertThat(late.state()).isEqualTo(Slot.State.OPENING);
        assertThat(idleStreams.giveBack(taken)).isFalse();
        assertThat(taken.isTaken()).isTrue();
        assertThat(idleStreams.idle()).isZero();
        assertThat(idleStreams.takeAny()).isNull();
    }

    @Test
    void theStreamsOfAConnectionAreKnownUntilTheyEnd() {
        Slot idle = deliverNew(1);
        Slot taken = deliverNew(2);
        Slot twin = new Slot(new FakeStream(), 0, 0);
        twin.id(taken.id());
        Connection connection = idle.stream().connection();
        idleStreams.take(taken.id());
        assertThat(idleStreams.register(twin)).isFalse();
        assertThat(idleStreams.live(connection)).containsExactlyInAnyOrder(idle, taken);
        assertThat(idleStreams.live(new FakeConnection())).isEmpty();
        idleStreams.evict(idle);
        idleStreams.end(taken);
        assertThat(idleStreams.live(connection)).isEmpty();
    }

    /** A pool often asks for the streams of one connection. */
    @Test
    void theStreamsOfOneConnectionAreFoundWithoutWalkingTheOthers() {
        Connection other = new FakeConnection();
        AtomicInteger checks = new AtomicInteger();
        for (int id = 1; id <= 100; id++) {
            Slot slot = new Slot(
                    new FakeStream() {
                        @Override
                        public Connection connection() {
                            checks.incrementAndGet();
                            return other;
                        }
                    },
                    0,
                    0);
            slot.id(new StreamId(id));
            idleStreams.register(slot);
            idleStreams.deliver(slot);
        }
        Slot own = deliverNew(101);
        checks.set(0);
        assertThat(idleStreams.live(own.stream().connection())).containsExactly(own);
        assertThat(checks).hasValue(0);
        assertThat(idleStreams.live(other)).hasSize(100);
    }

    @Test
    void sweepingDropsSlotsThatAreNoLongerIdle() {
        for (int id = 1; id <= 100; id++) {
            idleStreams.take(deliverNew(id).id());
        }
        Slot left = deliverNew(101);
        idleStreams.sweep();
        assertThat(idleStreams.oldestFirst()).containsExactly(left);
    }

    @Test
    void moreThanMayWaitAreRefusedUntilOneEnds() {
        IdleStreams small = new IdleStreams(2);
        Waiter byId = new Waiter(new StreamId(1), 0);
        assertThat(small.addWaiter(byId)).isTrue();
        assertThat(small.addWaiter(new Waiter(null, 0))).isTrue();
        Waiter third = new Waiter(null, 0);
        assertThat(small.addWaiter(third)).isFalse();
        assertThat(third.isWaiting()).isTrue();
        assertThat(small.waiting()).isEqualTo(2);
        small.removeWaiter(byId);
        assertThat(small.addWaiter(third)).isTrue();
    }

    @Test
    void severalThatWantTheSameAreServedInOrderOfArrival() {
        Waiter first = wait(new StreamId(1));
        Waiter second = wait(new StreamId(1));
        Slot slot = deliverNew(1);
        assertThat(first.slot()).isSameAs(slot);
        assertThat(second.isWaiting()).isTrue();
        idleStreams.giveBack(slot);
        assertThat(second.slot()).isSameAs(slot);
        assertThat(idleStreams.waiting()).isZero();
    }

    /** Waking may run user code, so the lock must be free. */
    @Test
    void waitersAreWokenOutsideTheLock() {
        List<Integer> seen = new ArrayList<>();
        Runnable look = () -> seen.add(CompletableFuture.supplyAsync(
                        () -> {
                            idleStreams.removeWaiter(new Waiter(null, 0)); // takes the lock
                            return idleStreams.waiting();
                        },
                        task -> new Thread(task).start())
                .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
                .join());
        idleStreams.addWaiter(new Waiter(null, 0, look));
        Slot brought = deliverNew(1);
        idleStreams.addWaiter(new Waiter(null, 0, look));
        idleStreams.giveBack(brought);
        idleStreams.suspend();
        idleStreams.addWaiter(new Waiter(null, 0, look));
        deliverNew(2);
        idleStreams.resume();
        idleStreams.addWaiter(new Waiter(new StreamId(9), 0, look));
        idleStreams.close();
        assertThat(seen).containsExactly(0, 0, 0, 0);
    }

    /** A delivery checks only the waiters that may get the stream, however many wait. So do giving back and giving up. */
    @Test
    void aDeliveryDoesNotWalkAllWaiters() {
        AtomicInteger checks = new AtomicInteger();
        for (int id = 1; id <= 1_000; id++) {
            idleStreams.addWaiter(new CountedWaiter(new StreamId(-id), checks));
            idleStreams.addWaiter(new CountedWaiter(null, checks));
        }
        Waiter wanting = new CountedWaiter(new StreamId(1), checks);
        idleStreams.addWaiter(wanting);
        checks.set(0);
        Slot wanted = deliverNew(1);
        assertThat(wanting.slot()).isSameAs(wanted);
        deliverNew(2);
        assertThat(idleStreams.waiting()).isEqualTo(1_999);
        idleStreams.giveBack(wanted);
        Waiter late = new CountedWaiter(new StreamId(3), checks);
        idleStreams.addWaiter(late);
        idleStreams.removeWaiter(late);
        assertThat(idleStreams.waiting()).isEqualTo(1_998);
        assertThat(checks).hasValueLessThan(100);
    }

    /** Counts how often it is checked. */
    private static final class CountedWaiter extends Waiter {

        private final AtomicInteger checks;

        private CountedWaiter(@Nullable StreamId id, AtomicInteger checks) {
            super(id, 0);
            this.checks = checks;
        }

        @Override
        public @Nullable StreamId id() {
            checks.incrementAndGet();
            return super.id();
        }

        @Override
        public boolean isWaiting() {
            checks.incrementAndGet();
            return super.isWaiting();
        }
    }
}
