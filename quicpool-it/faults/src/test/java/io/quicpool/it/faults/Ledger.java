package io.quicpool.it.faults;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The outcomes of the taken streams. */
final class Ledger {

    final LongAdder handedOut = new LongAdder();
    final LongAdder answered = new LongAdder();
    /** Ended before the answer was complete, because the connection was lost or the stream reset. */
    final LongAdder cut = new LongAdder();
    /** The caller got no stream in time. */
    final LongAdder timedOut = new LongAdder();

    final LongAdder wrongPairs = new LongAdder();
    final LongAdder wrongBytes = new LongAdder();
    /** Of a connection whose loss was known when the caller asked. */
    final LongAdder oldAfterNotice = new LongAdder();
    /** Of a connection whose peer had disappeared, before the loss was noticed. */
    final LongAdder oldBeforeNotice = new LongAdder();

    final LongAccumulator longestOldMillis = new LongAccumulator(Math::max, 0);
    private final Queue<String> examples = new ConcurrentLinkedQueue<>();
    private final Queue<String> cuts = new ConcurrentLinkedQueue<>();

    void cut(Exception why) {
        cut.increment();
        note(cuts, why);
    }

    /** Something that must never happen. */
    void wrong(LongAdder counter, Object what) {
        counter.increment();
        note(examples, what);
    }

    private static void note(Queue<String> some, Object what) {
        if (some.size() < 10) {
            some.add(String.valueOf(what));
        }
    }

    /** Sums up. */
    void add(Ledger other) {
        handedOut.add(other.handedOut.sum());
        answered.add(other.answered.sum());
        cut.add(other.cut.sum());
        timedOut.add(other.timedOut.sum());
        wrongPairs.add(other.wrongPairs.sum());
        wrongBytes.add(other.wrongBytes.sum());
        oldAfterNotice.add(other.oldAfterNotice.sum());
        oldBeforeNotice.add(other.oldBeforeNotice.sum());
        longestOldMillis.accumulate(other.longestOldMillis.get());
        examples.addAll(other.examples);
        cuts.addAll(other.cuts);
    }

    Queue<String> examples() {
        return examples;
    }

    @Override
    public String toString() {
        return "taken " + handedOut + ", answered " + answered + ", cut " + cut + ", timed out "
                + timedOut + ", wrongly paired " + wrongPairs + ", wrong bytes " + wrongBytes
                + ", old after notice " + oldAfterNotice + ", old before notice " + oldBeforeNotice + " (up to "
                + longestOldMillis + " ms) " + examples + (cuts.isEmpty() ? "" : ", cut for " + cuts);
    }
}
