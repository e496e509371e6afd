package io.quicpool.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.quicpool.StreamId;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Who takes a stream: exactly one. */
final class TakeRaces {

    private TakeRaces() {}

    /** One takes any, one takes by id, and a flush retires: one of them wins, and the counts are right. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 0", "0, 1, 0", "0, 0, 1"},
            expect = ACCEPTABLE,
            desc = "one has it")
    @State
    public static class AnyByIdOrRetired {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.idle(stock, 1);

        @Actor
        public void any(III_Result r) {
            r.r1 = stock.takeAny() == null ? 0 : 1;
        }

        @Actor
        public void byId(III_Result r) {
            r.r2 = stock.take(new StreamId(1)) == null ? 0 : 1;
        }

        @Actor
        public void retired(III_Result r) {
            r.r3 = stock.retire(slot) == null ? 0 : 1;
        }

        @Arbiter
        public void counts(III_Result r) {
            if (stock.idle() != 0 || stock.taken() != r.r1 + r.r2) {
                r.r1 = -1;
            }
        }
    }

    /** It is retired while it is delivered: it is either in stock and retired from there, or never was. */
    @JCStressTest
    @Outcome(
            id = {"0, 1, 0", "1, 1, 0"},
            expect = ACCEPTABLE,
            desc = "retired, before or after")
    @State
    public static class DeliveredOrRetired {
        private final IdleStreams stock = new IdleStreams(10_000);
        private final Slot slot = Streams.announced(stock, 1);

        @Actor
        public void deliver(III_Result r) {
            r.r1 = stock.deliver(slot) ? 1 : 0;
            if (r.r1 == 0) {
                stock.forget(slot);
            }
        }

        @Actor
        public void retire(III_Result r) {
            r.r2 = stock.retire(slot) == null ? 0 : 1;
        }

        @Arbiter
        public void nothingIsLeft(III_Result r) {
            r.r3 = stock.idle() + stock.live().size() + stock.taken();
        }
    }
}
