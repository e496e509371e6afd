package io.quicpool.core.streams;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.quicpool.StreamId;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** {@code max-in-use} is 1: never are two streams in use, and no permit is lost, also when a caller waits or times out. */
final class PermitRaces {

    private PermitRaces() {}

    /** Two callers take, one by id. Two streams are idle. One caller wins. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "one has one")
    @State
    public static class TwoTake {
        private final IdleStreams idleStreams = Streams.oneInUse();

        public TwoTake() {
            Streams.idle(idleStreams, 1);
            Streams.idle(idleStreams, 2);
        }

        @Actor
        public void any(III_Result r) {
            r.r1 = idleStreams.takeAny() == null ? 0 : 1;
        }

        @Actor
        public void byId(III_Result r) {
            r.r2 = idleStreams.take(new StreamId(2)) == null ? 0 : 1;
        }

        @Arbiter
        public void counts(III_Result r) {
            r.r3 = idleStreams.taken() + Streams.takeAll(idleStreams);
        }
    }

    /** One caller starts to wait for any stream and one for a certain stream, while the stream in use ends. One is served. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "one is served, one waits")
    @State
    public static class TwoWaitOneEnds {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private final Slot used = Streams.idle(idleStreams, 1);
        private Waiter any;
        private Waiter byId;

        public TwoWaitOneEnds() {
            idleStreams.takeAny();
            Streams.idle(idleStreams, 2);
            Streams.idle(idleStreams, 3);
        }

        @Actor
        public void waitForAny() {
            any = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void waitForOne() {
            byId = Streams.waiter(idleStreams, new StreamId(3));
        }

        @Actor
        public void end() {
            idleStreams.end(used);
        }

        @Arbiter
        public void served(III_Result r) {
            r.r1 = any.slot() == null ? 0 : 1;
            r.r2 = byId.slot() == null ? 0 : 1;
            r.r3 = idleStreams.taken() == 1 ? idleStreams.waiting() : -1;
        }
    }

    /** A waiter times out while the stream in use ends. It has a stream, or another caller can take one. */
    @JCStressTest
    @Outcome(
            id = {"1, 1, 0", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "served, or the permit is free")
    @State
    public static class GiveUpOrEnd {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private final Slot used = Streams.idle(idleStreams, 1);
        private final Waiter waiter;

        public GiveUpOrEnd() {
            idleStreams.takeAny();
            Streams.idle(idleStreams, 2);
            Streams.idle(idleStreams, 3);
            waiter = Streams.waiter(idleStreams, new StreamId(3));
        }

        @Actor
        public void giveUp() {
            if (waiter.giveUp()) {
                idleStreams.removeWaiter(waiter);
            }
        }

        @Actor
        public void end() {
            idleStreams.end(used);
        }

        @Arbiter
        public void nothingIsLost(III_Result r) {
            r.r1 = waiter.slot() == null ? 0 : 1;
            r.r2 = r.r1 + Streams.takeAll(idleStreams);
            r.r3 = idleStreams.waiting();
        }
    }

    /** Two callers wait and the first times out, while the stream in use ends. One of them has a stream. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "the first, and the next waits on; or the next")
    @State
    public static class FirstGivesUpOneEnds {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private final Slot used = Streams.idle(idleStreams, 1);
        private final Waiter first;
        private final Waiter next;

        public FirstGivesUpOneEnds() {
            idleStreams.takeAny();
            Streams.idle(idleStreams, 2);
            first = Streams.waiter(idleStreams, new StreamId(2));
            next = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void giveUp() {
            if (first.giveUp()) {
                idleStreams.removeWaiter(first);
            }
        }

        @Actor
        public void end() {
            idleStreams.end(used);
        }

        @Arbiter
        public void oneIsServed(III_Result r) {
            r.r1 = first.slot() == null ? 0 : 1;
            r.r2 = next.slot() == null ? 0 : 1;
            r.r3 = idleStreams.taken() == 1 ? idleStreams.waiting() : -1;
        }
    }

    /** The stream that a caller waits for is delivered while the stream in use ends. The caller is served. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served")
    @State
    public static class DeliverOrEnd {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private final Slot used = Streams.idle(idleStreams, 1);
        private final Slot wanted = Streams.registered(idleStreams, 2);
        private final Waiter waiter;

        public DeliverOrEnd() {
            idleStreams.takeAny();
            waiter = Streams.waiter(idleStreams, new StreamId(2));
        }

        @Actor
        public void deliver() {
            idleStreams.deliver(wanted);
        }

        @Actor
        public void end() {
            idleStreams.end(used);
        }

        @Arbiter
        public void served(II_Result r) {
            r.r1 = waiter.slot() == wanted ? 1 : 0;
            r.r2 = idleStreams.waiting();
        }
    }

    /** A take holds the permit for a moment and finds no stream, while another caller starts to wait. That one is served. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "served")
    @State
    public static class WaitOrMiss {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private Waiter waiter;

        public WaitOrMiss() {
            Streams.idle(idleStreams, 1);
            // Its id is known and it is not idle.
            Streams.registered(idleStreams, 2);
        }

        @Actor
        public void miss() {
            idleStreams.take(new StreamId(2));
        }

        @Actor
        public void wait(III_Result r) {
            waiter = Streams.waiter(idleStreams, new StreamId(1));
        }

        @Arbiter
        public void served(III_Result r) {
            r.r1 = waiter.slot() == null ? 0 : 1;
            r.r2 = idleStreams.waiting();
            r.r3 = idleStreams.taken();
        }
    }

    /** The idle stream that a caller waits for is evicted while the stream in use ends. The permit is not lost. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "served, or evicted and the permit is free")
    @State
    public static class EvictOrEnd {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private final Slot used = Streams.idle(idleStreams, 1);
        private final Slot wanted;
        private final Waiter waiter;

        public EvictOrEnd() {
            idleStreams.takeAny();
            wanted = Streams.idle(idleStreams, 2);
            Streams.idle(idleStreams, 3);
            waiter = Streams.waiter(idleStreams, new StreamId(2));
        }

        @Actor
        public void evict(III_Result r) {
            r.r2 = idleStreams.evict(wanted) == null ? 0 : 1;
        }

        @Actor
        public void end() {
            idleStreams.end(used);
        }

        @Arbiter
        public void nothingIsLost(III_Result r) {
            r.r1 = waiter.slot() == null ? 0 : 1;
            r.r3 = r.r1 + Streams.takeAll(idleStreams);
        }
    }

    /** A stream is given back while another caller starts to wait. The caller gets it, with its permit. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "served")
    @State
    public static class WaitOrGiveBack {
        private final IdleStreams idleStreams = Streams.oneInUse();
        private final Slot used = Streams.idle(idleStreams, 1);
        private Waiter waiter;

        public WaitOrGiveBack() {
            idleStreams.takeAny();
        }

        @Actor
        public void wait(III_Result r) {
            waiter = Streams.waiter(idleStreams, null);
        }

        @Actor
        public void giveBack(III_Result r) {
            idleStreams.giveBack(used);
        }

        @Arbiter
        public void served(III_Result r) {
            r.r1 = waiter.slot() == used ? 1 : 0;
            r.r2 = idleStreams.waiting();
            r.r3 = idleStreams.taken() + Streams.takeAll(idleStreams);
        }
    }
}
