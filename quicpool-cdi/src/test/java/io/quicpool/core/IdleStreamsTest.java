package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.StreamId;
import io.quicpool.transport.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Handing out, waiting, giving back: one step at a time. The races are in the module stress. */
class IdleStreamsTest {

    private final IdleStreams stock = new IdleStreams(10_000);

    private Slot bring(int id) {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(id));
        assertThat(stock.announce(slot)).isTrue();
        assertThat(stock.deliver(slot)).isTrue();
        return slot;
    }

    private Waiter wait(@Nullable StreamId id) {
        Waiter waiter = new Waiter(id, 0);
        assertThat(stock.await(waiter)).isTrue();
        return waiter;
    }

    @Test
    void theOldestIsTakenFirst() {
        Slot first = bring(1);
        Slot second = bring(2);
        assertThat(stock.takeAny()).isSameAs(first);
        assertThat(stock.takeAny()).isSameAs(second);
        assertThat(stock.takeAny()).isNull();
        assertThat(stock.idle()).isZero();
        assertThat(stock.taken()).isEqualTo(2);
    }

    @Test
    void oneIsTakenByItsIdAndByNobodyElse() {
        Slot first = bring(1);
        bring(2);
        assertThat(stock.take(first.id())).isSameAs(first);
        assertThat(stock.take(first.id())).isNull();
        assertThat(stock.takeAny()).isNotSameAs(first).isNotNull();
        assertThat(stock.takeAny()).isNull();
    }

    @Test
    void anIdIsNotGivenTwiceWhileItsStreamLivesEvenWhenTaken() {
        Slot first = bring(1);
        Slot twin = new Slot(new FakeStream(), 0, 0);
        twin.id(first.id());
        assertThat(stock.announce(twin)).isFalse();
        stock.take(first.id());
        assertThat(stock.announce(twin)).isFalse();
        assertThat(stock.end(first)).isTrue();
        assertThat(stock.announce(twin)).isTrue();
    }

    @Test
    void anAnnouncedStreamCannotBeTakenBeforeItIsDelivered() {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(1));
        stock.announce(slot);
        assertThat(stock.take(slot.id())).isNull();
        Waiter waiter = wait(slot.id());
        assertThat(waiter.waits()).isTrue();
        stock.deliver(slot);
        assertThat(waiter.slot()).isSameAs(slot);
    }

    @Test
    void waitersAreServedInOrderOfArrival() {
        Waiter first = wait(null);
        Waiter second = wait(null);
        assertThat(stock.waitingForAny()).isEqualTo(2);
        Slot one = bring(1);
        assertThat(first.slot()).isSameAs(one);
        assertThat(second.waits()).isTrue();
        Slot two = bring(2);
        assertThat(second.slot()).isSameAs(two);
        assertThat(stock.waiting()).isZero();
        assertThat(stock.idle()).isZero();
    }

    @Test
    void whoWaitsForAnIdIsServedBeforeOneWhoTakesAny() {
        Waiter any = wait(null);
        Waiter byId = wait(new StreamId(7));
        Slot slot = bring(7);
        assertThat(byId.slot()).isSameAs(slot);
        assertThat(any.waits()).isTrue();
    }

    @Test
    void aStreamGoesPastAWaiterWhoHasGivenUp() {
        Waiter gone = wait(null);
        Waiter next = wait(null);
        gone.giveUp();
        Slot slot = bring(1);
        assertThat(next.slot()).isSameAs(slot);
        next.giveUp();
        assertThat(stock.waiting()).isZero();
    }

    @Test
    void aStreamThatNobodyWantsAnyMoreGoesIntoStock() {
        Waiter gone = wait(null);
        gone.giveUp();
        Slot slot = bring(1);
        assertThat(slot.isIdle()).isTrue();
        assertThat(stock.idle()).isOne();
        assertThat(stock.taken()).isZero();
        assertThat(stock.takeAny()).isSameAs(slot);
    }

    @Test
    void aStreamThatIsGivenBackGoesToTheNextInLine() {
        Slot slot = bring(1);
        stock.takeAny();
        Waiter waiter = wait(null);
        assertThat(stock.giveBack(slot)).isTrue();
        assertThat(waiter.slot()).isSameAs(slot);
        assertThat(stock.giveBack(slot)).isTrue();
        assertThat(stock.idle()).isOne();
        assertThat(stock.take(slot.id())).isSameAs(slot);
    }

    @Test
    void retiringTakesItOutUnlessSomebodyHasIt() {
        Slot idle = bring(1);
        Slot taken = bring(2);
        stock.take(taken.id());
        assertThat(stock.retire(idle)).isEqualTo(Slot.State.IDLE);
        assertThat(stock.retire(taken)).isNull();
        assertThat(stock.takeAny()).isNull();
        assertThat(stock.live()).containsExactly(taken);
        assertThat(stock.idle()).isZero();
    }

    @Test
    void whatWasRetiredBeforeItCameIsNotDelivered() {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(1));
        stock.announce(slot);
        assertThat(stock.retire(slot)).isEqualTo(Slot.State.OPENING);
        assertThat(stock.deliver(slot)).isFalse();
        assertThat(stock.idle()).isZero();
        assertThat(stock.live()).isEmpty();
    }

    @Test
    void closingCancelsThoseWhoWaitAndThoseWhoCome() {
        Waiter before = wait(null);
        stock.close();
        Waiter after = wait(null);
        for (Waiter told : List.of(before, after)) {
            assertThat(told.waits()).isFalse();
            assertThat(told.slot()).isNull();
        }
    }

    @Test
    void nothingComesIntoAClosedStock() {
        Slot taken = bring(1);
        stock.takeAny();
        Slot late = new Slot(new FakeStream(), 0, 0);
        late.id(new StreamId(2));
        stock.announce(late);
        stock.close();
        assertThat(stock.deliver(late)).isFalse();
        assertThat(late.state()).isEqualTo(Slot.State.OPENING);
        assertThat(stock.giveBack(taken)).isFalse();
        assertThat(taken.isTaken()).isTrue();
        assertThat(stock.idle()).isZero();
        assertThat(stock.takeAny()).isNull();
    }

    @Test
    void theStreamsOfAConnectionAreKnownUntilTheyEnd() {
        Slot idle = bring(1);
        Slot taken = bring(2);
        Slot twin = new Slot(new FakeStream(), 0, 0);
        twin.id(taken.id());
        Connection connection = idle.stream().connection();
        stock.take(taken.id());
        assertThat(stock.announce(twin)).isFalse();
        assertThat(stock.live(connection)).containsExactlyInAnyOrder(idle, taken);
        assertThat(stock.live(new FakeConnection())).isEmpty();
        stock.retire(idle);
        stock.end(taken);
        assertThat(stock.live(connection)).isEmpty();
    }

    /** A pool asks again and again what one of its connections has. */
    @Test
    void theStreamsOfOneConnectionAreFoundWithoutALookAtOthers() {
        Connection other = new FakeConnection();
        AtomicInteger looks = new AtomicInteger();
        for (int id = 1; id <= 100; id++) {
            Slot slot = new Slot(
                    new FakeStream() {
                        @Override
                        public Connection connection() {
                            looks.incrementAndGet();
                            return other;
                        }
                    },
                    0,
                    0);
            slot.id(new StreamId(id));
            stock.announce(slot);
            stock.deliver(slot);
        }
        Slot own = bring(101);
        looks.set(0);
        assertThat(stock.live(own.stream().connection())).containsExactly(own);
        assertThat(looks).hasValue(0);
        assertThat(stock.live(other)).hasSize(100);
    }

    @Test
    void sweepingDropsWhatIsNoLongerIdle() {
        for (int id = 1; id <= 100; id++) {
            stock.take(bring(id).id());
        }
        Slot left = bring(101);
        stock.sweep();
        assertThat(stock.oldestFirst()).containsExactly(left);
    }

    @Test
    void moreThanMayWaitAreRefusedUntilOneEnds() {
        IdleStreams small = new IdleStreams(2);
        Waiter byId = new Waiter(new StreamId(1), 0);
        assertThat(small.await(byId)).isTrue();
        assertThat(small.await(new Waiter(null, 0))).isTrue();
        Waiter third = new Waiter(null, 0);
        assertThat(small.await(third)).isFalse();
        assertThat(third.waits()).isTrue();
        assertThat(small.waiting()).isEqualTo(2);
        small.forget(byId);
        assertThat(small.await(third)).isTrue();
    }

    @Test
    void severalThatWantTheSameAreServedInOrderOfArrival() {
        Waiter first = wait(new StreamId(1));
        Waiter second = wait(new StreamId(1));
        Slot slot = bring(1);
        assertThat(first.slot()).isSameAs(slot);
        assertThat(second.waits()).isTrue();
        stock.giveBack(slot);
        assertThat(second.slot()).isSameAs(slot);
        assertThat(stock.waiting()).isZero();
    }

    /** What the wake runs is foreign: it must find the lock free. */
    @Test
    void whoIsServedIsToldOutsideTheLock() {
        List<Integer> seen = new ArrayList<>();
        Runnable look = () -> seen.add(CompletableFuture.supplyAsync(
                        () -> {
                            stock.forget(new Waiter(null, 0)); // takes the lock
                            return stock.waiting();
                        },
                        task -> new Thread(task).start())
                .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
                .join());
        stock.await(new Waiter(null, 0, look));
        Slot brought = bring(1);
        stock.await(new Waiter(null, 0, look));
        stock.giveBack(brought);
        stock.suspend();
        stock.await(new Waiter(null, 0, look));
        bring(2);
        stock.resume();
        stock.await(new Waiter(new StreamId(9), 0, look));
        stock.close();
        assertThat(seen).containsExactly(0, 0, 0, 0);
    }

    /** A delivery costs the same however many wait: 100 times as many do not make it 20 times as slow. */
    @Test
    void aDeliveryDoesNotLookAtAllWhoWait() {
        long few = medianDelivery(1_000);
        long many = medianDelivery(100_000);
        assertThat(many).isLessThan(20 * few);
    }

    private static long medianDelivery(int waiting) {
        IdleStreams stock = new IdleStreams(waiting);
        for (int i = 0; i < waiting; i++) {
            stock.await(new Waiter(new StreamId(-1 - i), 0));
        }
        long[] nanos = new long[501];
        for (int i = 0; i < nanos.length; i++) {
            Slot slot = new Slot(new FakeStream(), 0, 0);
            slot.id(new StreamId(i + 1));
            stock.announce(slot);
            long start = System.nanoTime();
            stock.deliver(slot);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[nanos.length / 2];
    }
}
