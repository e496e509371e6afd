package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.StreamId;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Handing out, waiting, giving back: one step at a time. The races are in the module stress. */
class StockTest {

    private final Stock stock = new Stock();

    private Slot bring(int id) {
        Slot slot = new Slot(new FakeStream(), 0, 0);
        slot.id(new StreamId(id));
        assertThat(stock.announce(slot)).isTrue();
        assertThat(stock.deliver(slot)).isTrue();
        return slot;
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
        Waiter waiter = stock.await(slot.id(), 0);
        assertThat(waiter.outcome()).isNotDone();
        stock.deliver(slot);
        assertThat(waiter.outcome()).isCompletedWithValue(slot);
    }

    @Test
    void waitersAreServedInOrderOfArrival() {
        Waiter first = stock.await(null, 0);
        Waiter second = stock.await(null, 0);
        assertThat(stock.waitingForAny()).isEqualTo(2);
        Slot one = bring(1);
        assertThat(first.outcome()).isCompletedWithValue(one);
        assertThat(second.outcome()).isNotDone();
        Slot two = bring(2);
        assertThat(second.outcome()).isCompletedWithValue(two);
        assertThat(stock.waiting()).isZero();
        assertThat(stock.idle()).isZero();
    }

    @Test
    void whoWaitsForAnIdIsServedBeforeOneWhoTakesAny() {
        Waiter any = stock.await(null, 0);
        Waiter byId = stock.await(new StreamId(7), 0);
        Slot slot = bring(7);
        assertThat(byId.outcome()).isCompletedWithValue(slot);
        assertThat(any.outcome()).isNotDone();
    }

    @Test
    void aStreamGoesPastAWaiterWhoHasGivenUp() {
        Waiter gone = stock.await(null, 0);
        Waiter next = stock.await(null, 0);
        gone.outcome().cancel(false);
        Slot slot = bring(1);
        assertThat(next.outcome()).isCompletedWithValue(slot);
        next.outcome().cancel(false);
        assertThat(stock.waiting()).isZero();
    }

    @Test
    void aStreamThatNobodyWantsAnyMoreGoesIntoStock() {
        Waiter gone = stock.await(null, 0);
        gone.outcome().cancel(false);
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
        Waiter waiter = stock.await(null, 0);
        assertThat(stock.giveBack(slot)).isTrue();
        assertThat(waiter.outcome()).isCompletedWithValue(slot);
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
        Waiter before = stock.await(null, 0);
        stock.close();
        Waiter after = stock.await(null, 0);
        assertThat(before.outcome()).isCancelled();
        assertThat(after.outcome()).isCancelled();
        assertThatThrownBy(() -> after.outcome().join()).isInstanceOf(CancellationException.class);
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
    void sweepingDropsWhatIsNoLongerIdle() {
        for (int id = 1; id <= 100; id++) {
            stock.take(bring(id).id());
        }
        Slot left = bring(101);
        stock.sweep();
        assertThat(stock.oldestFirst()).containsExactly(left);
    }
}
