package io.quicpool.transport.kwik;

import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.Range;

/**
 * An acknowledgement that may come at the moment in which kwik declares one of its packets lost. kwik looks each packet up twice; if its
 * loss timer has removed the packet in between, a NullPointerException ends the connection. Such a packet is passed over, as are all that
 * were lost before.
 */
final class LateAck extends AckFrame {

    private final AckFrame ack;

    LateAck(AckFrame ack) {
        this.ack = ack;
    }

    @Override
    public Stream<Long> getAckedPacketNumbers() {
        return StreamSupport.stream(new Numbers(ack.getAcknowledgedRanges()), false);
    }

    /** The largest first, as kwik expects. */
    private static final class Numbers extends Spliterators.AbstractSpliterator<Long> {

        private final Iterator<Range> ranges;
        private long next;
        private long smallest;

        Numbers(List<Range> acknowledged) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            ranges = acknowledged.iterator();
            // Nothing is left of the range before the first.
            smallest = 1;
        }

        @Override
        public boolean tryAdvance(Consumer<? super Long> action) {
            if (next < smallest) {
                if (!ranges.hasNext()) {
                    return false;
                }
                Range range = ranges.next();
                next = range.getLargest();
                smallest = range.getSmallest();
            }
            try {
                action.accept(next);
            } catch (NullPointerException e) {
                // Lost meanwhile.
            }
            next--;
            return true;
        }
    }

    @Override
    public List<Range> getAcknowledgedRanges() {
        return ack.getAcknowledgedRanges();
    }

    @Override
    public long getLargestAcknowledged() {
        return ack.getLargestAcknowledged();
    }

    @Override
    public int getAckDelay() {
        return ack.getAckDelay();
    }

    @Override
    public void setDelayExponent(int exponent) {
        ack.setDelayExponent(exponent);
    }

    @Override
    public String toString() {
        return ack.toString();
    }
}
