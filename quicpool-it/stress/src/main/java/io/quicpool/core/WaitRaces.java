package io.quicpool.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.quicpool.StreamId;
import io.quicpool.config.CapacityBounds;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Waiting and bringing: no stream comes to rest while somebody waits for it, and none is lost by who gives up. */
final class WaitRaces {

    private WaitRaces() {}

    /** A caller begins to wait while a stream comes: it is served, whichever is first. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class WaitOrDeliver {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.announced(stock, 1);
        private Waiter waiter;

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(stock, null);
        }

        @Actor
        public void deliver(II_Result r) {
            stock.deliver(slot);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == slot ? 1 : 0;
            r.r2 = stock.idle() + stock.waiting();
        }
    }

    /** A waiting caller gives up while it is served: it has the stream, or the stock has. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "served, or back in stock")
    @State
    public static class GiveUpOrServe {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Waiter waiter = Streams.waiter(stock, new StreamId(1));
        private final Slot slot = Streams.announced(stock, 1);

        @Actor
        public void giveUp() {
            if (waiter.giveUp()) {
                stock.forget(waiter);
            }
        }

        @Actor
        public void serve() {
            stock.deliver(slot);
        }

        @Arbiter
        public void somebodyHasIt(III_Result r) {
            r.r1 = waiter.slot() == null ? 0 : 1;
            r.r2 = stock.idle();
            r.r3 = stock.taken();
        }
    }

    /** Two wait, two streams come: each has one. */
    @JCStressTest
    @Outcome(id = "2, 0, 2", expect = ACCEPTABLE, desc = "each has one")
    @State
    public static class TwoWaitTwoCome {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot one = Streams.announced(stock, 1);
        private final Slot two = Streams.announced(stock, 2);
        private Waiter first;
        private Waiter second;

        @Actor
        public void waitFirst() {
            first = Streams.waiter(stock, null);
        }

        @Actor
        public void waitSecond() {
            second = Streams.waiter(stock, null);
        }

        @Actor
        public void come() {
            stock.deliver(one);
            stock.deliver(two);
        }

        @Arbiter
        public void eachHasOne(III_Result r) {
            Slot a = first.slot();
            Slot b = second.slot();
            r.r1 = a != null && b != null && a != b ? 2 : 0;
            r.r2 = stock.idle() + stock.waiting();
            r.r3 = stock.taken();
        }
    }

    /** A stream is given back while a caller begins to wait: it gets it. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class WaitOrGiveBack {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot;
        private Waiter waiter;

        public WaitOrGiveBack() {
            slot = Streams.idle(stock, 1);
            stock.takeAny();
        }

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(stock, null);
        }

        @Actor
        public void giveBack(II_Result r) {
            stock.giveBack(slot);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == slot ? 1 : 0;
            r.r2 = stock.idle() + stock.waiting();
        }
    }

    /** The pool closes while a caller begins to wait: it does not wait for ever. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "told")
    @State
    public static class WaitOrClose {
        private final IdleStreams stock = new IdleStreams(10_000);
        private Waiter waiter;

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(stock, null);
        }

        @Actor
        public void close(II_Result r) {
            stock.close();
        }

        @Arbiter
        public void told(II_Result r) {
            r.r1 = waiter.waits() || waiter.slot() != null ? 0 : 1;
            r.r2 = stock.waiting();
        }
    }

    /** A stream comes, somebody takes, and the pool closes and gives up what is idle: nobody takes one that comes after that. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 0"},
            expect = ACCEPTABLE,
            desc = "given up, or taken while the pool could see it")
    @State
    public static class DeliverTakeClose {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.announced(stock, 1);
        private boolean seen;

        @Actor
        public void deliver() {
            stock.deliver(slot);
        }

        @Actor
        public void take() {
            stock.takeAny();
        }

        @Actor
        public void close() {
            stock.close();
            stock.live().forEach(stock::retire);
            seen = slot.isTaken();
        }

        @Arbiter
        public void unseen(II_Result r) {
            r.r1 = stock.taken();
            r.r2 = stock.idle() + (slot.isTaken() && !seen ? 1 : 0);
        }
    }

    /** A pool is resumed while somebody begins to wait and a stream comes: nobody is forgotten. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class ResumeWaitDeliver {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.announced(stock, 1);
        private Waiter waiter;

        public ResumeWaitDeliver() {
            stock.suspend();
        }

        @Actor
        public void resume() {
            stock.resume();
        }

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(stock, null);
        }

        @Actor
        public void deliver(II_Result r) {
            stock.deliver(slot);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == slot ? 1 : 0;
            r.r2 = stock.idle() + stock.waiting();
        }
    }

    /** One waits at two pools and both bring a stream: one serves, the other keeps its own. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one taken, one idle")
    @State
    public static class WaitAtTwo {
        private final IdleStreams one = new IdleStreams(10_000);
        private final IdleStreams two = new IdleStreams(10_000);
        private final Waiter waiter = new Waiter(null, 0);
        private final Slot ofOne = Streams.announced(one, 1);
        private final Slot ofTwo = Streams.announced(two, 1);

        public WaitAtTwo() {
            one.await(waiter);
        }

        @Actor
        public void wait(III_Result r) {
            two.await(waiter);
        }

        @Actor
        public void deliverOne(III_Result r) {
            one.deliver(ofOne);
        }

        @Actor
        public void deliverTwo(III_Result r) {
            two.deliver(ofTwo);
        }

        @Arbiter
        public void served(III_Result r) {
            Slot slot = waiter.slot();
            r.r1 = slot == ofOne || slot == ofTwo ? 1 : 0;
            r.r2 = one.idle() + two.idle();
            r.r3 = one.taken() + two.taken();
        }
    }

    /** One that wants a stream by its id gives up while it comes: it has it, or the other does, who takes any. */
    @JCStressTest
    @Outcome(
            id = {"1, 1, 0", "2, 0, 0"},
            expect = ACCEPTABLE,
            desc = "the first has it and the other waits, or the other has it")
    @State
    public static class ByIdOrAny {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.announced(stock, 1);
        private final Waiter byId = Streams.waiter(stock, new StreamId(1));
        private final Waiter any = Streams.waiter(stock, null);

        @Actor
        public void giveUp() {
            if (byId.giveUp()) {
                stock.forget(byId);
            }
        }

        @Actor
        public void deliver() {
            stock.deliver(slot);
        }

        @Arbiter
        public void one(III_Result r) {
            r.r1 = (byId.slot() == slot ? 1 : 0) + (any.slot() == slot ? 2 : 0);
            r.r2 = stock.waiting();
            r.r3 = stock.idle();
        }
    }

    /** There is one place to wait, and two come: one is refused. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one waits")
    @State
    public static class OnePlaceToWait {
        private final IdleStreams stock = new IdleStreams(1);
        private final Waiter first = new Waiter(null, 0);
        private final Waiter second = new Waiter(new StreamId(1), 0);
        private volatile boolean firstWaits;
        private volatile boolean secondWaits;

        @Actor
        public void first() {
            firstWaits = stock.await(first);
        }

        @Actor
        public void second() {
            secondWaits = stock.await(second);
        }

        @Arbiter
        public void one(II_Result r) {
            r.r1 = (firstWaits ? 1 : 0) + (secondWaits ? 1 : 0);
            r.r2 = stock.waiting();
        }
    }

    /** A pool is resumed while one more begins to wait for an id: both have theirs. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "each has one")
    @State
    public static class ResumeByIdAndAny {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot wanted = Streams.idle(stock, 1);
        private final Slot other = Streams.idle(stock, 2);
        private Waiter byId;
        private final Waiter earlier;

        public ResumeByIdAndAny() {
            stock.suspend();
            earlier = Streams.waiter(stock, new StreamId(2));
        }

        @Actor
        public void resume(III_Result r) {
            stock.resume();
        }

        @Actor
        public void wait(III_Result r) {
            byId = Streams.waiter(stock, new StreamId(1));
        }

        @Arbiter
        public void both(III_Result r) {
            r.r1 = byId.slot() == wanted ? 1 : 0;
            r.r2 = earlier.slot() == other ? 1 : 0;
            r.r3 = stock.idle() + stock.waiting();
        }
    }

    /** A stream gets its id while all are given up: it is in both indexes, or in none. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "known, or not")
    @State
    public static class AnnounceOrRetire {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.unannounced(1);

        @Actor
        public void announce() {
            stock.announce(slot);
            if (!stock.deliver(slot)) {
                stock.forget(slot);
            }
        }

        @Actor
        public void retire() {
            stock.live().forEach(stock::retire);
        }

        @Arbiter
        public void known(II_Result r) {
            r.r1 = stock.live().size();
            r.r2 = stock.live(slot.stream().connection()).size();
        }
    }

    /** A stream that somebody waits for comes while the pool looks how many it should open: none, for one more is on its way. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "enough are on their way")
    @State
    public static class DeliverOrLook {
        private static final CapacityBounds BOUNDS = new CapacityBounds(1, 8);
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.announced(stock, 1);
        private final AtomicInteger opening = new AtomicInteger(2);

        public DeliverOrLook() {
            Streams.waiter(stock, null);
        }

        @Actor
        public void deliver() {
            stock.deliver(slot);
            opening.decrementAndGet();
        }

        @Actor
        public void look(I_Result r) {
            r.r1 = Policy.missing(1, opening::get, stock::waitingForAny, stock::idle, BOUNDS, 8);
        }
    }
}
