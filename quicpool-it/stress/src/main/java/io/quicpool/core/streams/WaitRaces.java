package io.quicpool.core.streams;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.quicpool.StreamId;
import io.quicpool.config.CapacityBounds;
import io.quicpool.core.Rules;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Waiting and delivering: no stream becomes idle while a caller waits for it, and none is lost when a waiter gives up. */
final class WaitRaces {

    private WaitRaces() {}

    /** A caller starts to wait while a stream is delivered. It is served, whichever is first. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class WaitOrDeliver {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.registered(idleStreams, 1);
        private Waiter waiter;

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void deliver(II_Result r) {
            idleStreams.deliver(slot);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == slot ? 1 : 0;
            r.r2 = idleStreams.idle() + idleStreams.waiting();
        }
    }

    /** A waiter gives up while it is served. It has the stream, or the stream is idle. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "served, or idle again")
    @State
    public static class GiveUpOrServe {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Waiter waiter = Streams.waiter(idleStreams, new StreamId(1));
        private final Slot slot = Streams.registered(idleStreams, 1);

        @Actor
        public void giveUp() {
            if (waiter.giveUp()) {
                idleStreams.removeWaiter(waiter);
            }
        }

        @Actor
        public void serve() {
            idleStreams.deliver(slot);
        }

        @Arbiter
        public void somebodyHasIt(III_Result r) {
            r.r1 = waiter.slot() == null ? 0 : 1;
            r.r2 = idleStreams.idle();
            r.r3 = idleStreams.taken();
        }
    }

    /** Two callers wait, two streams are delivered. Each has one. */
    @JCStressTest
    @Outcome(id = "2, 0, 2", expect = ACCEPTABLE, desc = "each has one")
    @State
    public static class TwoWaitTwoCome {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot one = Streams.registered(idleStreams, 1);
        private final Slot two = Streams.registered(idleStreams, 2);
        private Waiter first;
        private Waiter second;

        @Actor
        public void waitFirst() {
            first = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void waitSecond() {
            second = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void come() {
            idleStreams.deliver(one);
            idleStreams.deliver(two);
        }

        @Arbiter
        public void eachHasOne(III_Result r) {
            Slot a = first.slot();
            Slot b = second.slot();
            r.r1 = a != null && b != null && a != b ? 2 : 0;
            r.r2 = idleStreams.idle() + idleStreams.waiting();
            r.r3 = idleStreams.taken();
        }
    }

    /** A stream is given back while a caller starts to wait. The caller gets it. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class WaitOrGiveBack {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot;
        private Waiter waiter;

        public WaitOrGiveBack() {
            slot = Streams.idle(idleStreams, 1);
            idleStreams.takeAny();
        }

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void giveBack(II_Result r) {
            idleStreams.giveBack(slot);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == slot ? 1 : 0;
            r.r2 = idleStreams.idle() + idleStreams.waiting();
        }
    }

    /** The pool closes while a caller starts to wait. The caller does not wait for ever. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "told")
    @State
    public static class WaitOrClose {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private Waiter waiter;

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void close(II_Result r) {
            idleStreams.close();
        }

        @Arbiter
        public void told(II_Result r) {
            r.r1 = waiter.isWaiting() || waiter.slot() != null ? 0 : 1;
            r.r2 = idleStreams.waiting();
        }
    }

    /**
     * A stream is delivered, a caller takes, and the pool closes and evicts idle streams. Nobody takes a stream that is
     * delivered after that.
     */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 0"},
            expect = ACCEPTABLE,
            desc = "given up, or taken while the pool could see it")
    @State
    public static class DeliverTakeClose {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.registered(idleStreams, 1);
        private boolean seen;

        @Actor
        public void deliver() {
            idleStreams.deliver(slot);
        }

        @Actor
        public void take() {
            idleStreams.takeAny();
        }

        @Actor
        public void close() {
            idleStreams.close();
            idleStreams.live().forEach(idleStreams::evict);
            seen = slot.isTaken();
        }

        @Arbiter
        public void unseen(II_Result r) {
            r.r1 = idleStreams.taken();
            r.r2 = idleStreams.idle() + (slot.isTaken() && !seen ? 1 : 0);
        }
    }

    /** A pool is resumed while a caller starts to wait and a stream is delivered. The caller is served. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class ResumeWaitDeliver {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.registered(idleStreams, 1);
        private Waiter waiter;

        public ResumeWaitDeliver() {
            idleStreams.suspend();
        }

        @Actor
        public void resume() {
            idleStreams.resume();
        }

        @Actor
        public void wait(II_Result r) {
            waiter = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void deliver(II_Result r) {
            idleStreams.deliver(slot);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == slot ? 1 : 0;
            r.r2 = idleStreams.idle() + idleStreams.waiting();
        }
    }

    /** A caller waits at two pools, and both deliver a stream. One serves it, the other keeps its own. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one taken, one idle")
    @State
    public static class WaitAtTwo {
        private final IdleStreams one = new IdleStreams(10_000);
        private final IdleStreams two = new IdleStreams(10_000);
        private final Waiter waiter = new Waiter(null, 0);
        private final Slot ofOne = Streams.registered(one, 1);
        private final Slot ofTwo = Streams.registered(two, 1);

        public WaitAtTwo() {
            one.addWaiter(waiter);
        }

        @Actor
        public void wait(III_Result r) {
            two.addWaiter(waiter);
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

    /** A waiter for one id gives up while that stream is delivered. It has the stream, or the waiter for any stream has it. */
    @JCStressTest
    @Outcome(
            id = {"1, 1, 0", "2, 0, 0"},
            expect = ACCEPTABLE,
            desc = "the first has it and the other waits, or the other has it")
    @State
    public static class ByIdOrAny {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.registered(idleStreams, 1);
        private final Waiter byId = Streams.waiter(idleStreams, new StreamId(1));
        private final Waiter any = Streams.waiter(idleStreams, null);

        @Actor
        public void giveUp() {
            if (byId.giveUp()) {
                idleStreams.removeWaiter(byId);
            }
        }

        @Actor
        public void deliver() {
            idleStreams.deliver(slot);
        }

        @Arbiter
        public void one(III_Result r) {
            r.r1 = (byId.slot() == slot ? 1 : 0) + (any.slot() == slot ? 2 : 0);
            r.r2 = idleStreams.waiting();
            r.r3 = idleStreams.idle();
        }
    }

    /** One caller may wait, and two come. One is refused. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one waits")
    @State
    public static class OnePlaceToWait {
        private final IdleStreams idleStreams = new IdleStreams(1);
        private final Waiter first = new Waiter(null, 0);
        private final Waiter second = new Waiter(new StreamId(1), 0);
        private volatile boolean firstWaits;
        private volatile boolean secondWaits;

        @Actor
        public void first() {
            firstWaits = idleStreams.addWaiter(first);
        }

        @Actor
        public void second() {
            secondWaits = idleStreams.addWaiter(second);
        }

        @Arbiter
        public void one(II_Result r) {
            r.r1 = (firstWaits ? 1 : 0) + (secondWaits ? 1 : 0);
            r.r2 = idleStreams.waiting();
        }
    }

    /** A pool is resumed while another caller starts to wait for an id. Both get theirs. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "each has one")
    @State
    public static class ResumeByIdAndAny {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot wanted = Streams.idle(idleStreams, 1);
        private final Slot other = Streams.idle(idleStreams, 2);
        private Waiter byId;
        private final Waiter earlier;

        public ResumeByIdAndAny() {
            idleStreams.suspend();
            earlier = Streams.waiter(idleStreams, new StreamId(2));
        }

        @Actor
        public void resume(III_Result r) {
            idleStreams.resume();
        }

        @Actor
        public void wait(III_Result r) {
            byId = Streams.waiter(idleStreams, new StreamId(1));
        }

        @Arbiter
        public void both(III_Result r) {
            r.r1 = byId.slot() == wanted ? 1 : 0;
            r.r2 = earlier.slot() == other ? 1 : 0;
            r.r3 = idleStreams.idle() + idleStreams.waiting();
        }
    }

    /** A stream gets its id while all are evicted. It is in both indexes or in none. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "known, or not")
    @State
    public static class AnnounceOrRetire {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.unregistered(1);

        @Actor
        public void announce() {
            idleStreams.register(slot);
            if (!idleStreams.deliver(slot)) {
                idleStreams.unregister(slot);
            }
        }

        @Actor
        public void evict() {
            idleStreams.live().forEach(idleStreams::evict);
        }

        @Arbiter
        public void known(II_Result r) {
            r.r1 = idleStreams.live().size();
            r.r2 = idleStreams.live(slot.stream().connection()).size();
        }
    }

    /** A stream with a waiter is delivered during a size check. The check opens none, because one more is being opened. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "enough are on their way")
    @State
    public static class DeliverOrLook {
        private static final CapacityBounds BOUNDS = new CapacityBounds(1, 8);
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.registered(idleStreams, 1);
        private final AtomicInteger opening = new AtomicInteger(2);

        public DeliverOrLook() {
            Streams.waiter(idleStreams, null);
        }

        @Actor
        public void deliver() {
            idleStreams.deliver(slot);
            opening.decrementAndGet();
        }

        @Actor
        public void look(I_Result r) {
            r.r1 = Rules.missing(1, opening::get, idleStreams::waitingForAny, idleStreams::idle, BOUNDS, 8);
        }
    }
}
