package io.quicpool.core.streams;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.quicpool.StreamId;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Exactly one caller takes a stream. */
final class TakeRaces {

    private TakeRaces() {}

    /** One caller takes any, one takes by id, and a flush evicts. One of them wins, and the counts are right. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 0", "0, 1, 0", "0, 0, 1"},
            expect = ACCEPTABLE,
            desc = "one has it")
    @State
    public static class AnyByIdOrRetired {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.idle(idleStreams, 1);

        @Actor
        public void any(III_Result r) {
            r.r1 = idleStreams.takeAny() == null ? 0 : 1;
        }

        @Actor
        public void byId(III_Result r) {
            r.r2 = idleStreams.take(new StreamId(1)) == null ? 0 : 1;
        }

        @Actor
        public void retired(III_Result r) {
            r.r3 = idleStreams.evict(slot) == null ? 0 : 1;
        }

        @Arbiter
        public void counts(III_Result r) {
            if (idleStreams.idle() != 0 || idleStreams.taken() != r.r1 + r.r2) {
                r.r1 = -1;
            }
        }
    }

    /** A slot is evicted while it is delivered. It was idle and is evicted, or never became idle. */
    @JCStressTest
    @Outcome(
            id = {"0, 1, 0", "1, 1, 0"},
            expect = ACCEPTABLE,
            desc = "retired, before or after")
    @State
    public static class DeliveredOrRetired {
        private final IdleStreams idleStreams = new IdleStreams(10_000);
        private final Slot slot = Streams.registered(idleStreams, 1);

        @Actor
        public void deliver(III_Result r) {
            r.r1 = idleStreams.deliver(slot) ? 1 : 0;
            if (r.r1 == 0) {
                idleStreams.unregister(slot);
            }
        }

        @Actor
        public void evict(III_Result r) {
            r.r2 = idleStreams.evict(slot) == null ? 0 : 1;
        }

        @Arbiter
        public void nothingIsLeft(III_Result r) {
            r.r3 = idleStreams.idle() + idleStreams.live().size() + idleStreams.taken();
        }
    }
}
