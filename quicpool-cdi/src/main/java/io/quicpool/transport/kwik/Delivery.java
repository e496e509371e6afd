package io.quicpool.transport.kwik;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What a connection has yet to deliver: the closed streams of which something may be unsent, and what is in flight.
 *
 * @param <S> the engine's stream
 */
final class Delivery<S> {

    private static final int PAUSE_MILLIS = 2;

    private final BooleanSupplier inFlight;
    private final EndedStreams<S> closed;

    Delivery(Predicate<S> unsent, BooleanSupplier inFlight) {
        this.inFlight = inFlight;
        this.closed = new EndedStreams<>(Integer.MAX_VALUE, unsent.negate(), stream -> {});
    }

    /** A stream was closed, and what was written to it may have yet to be sent. */
    void closed(S stream) {
        closed.add(stream);
    }

    int size() {
        return closed.size();
    }

    /**
     * Waits until all is sent and acknowledged. kwik tells nobody of acknowledgements, so this looks every other millisecond;
     * twice, for between a loss that was noticed and its being sent again nothing is in flight.
     */
    boolean await(BooleanSupplier alive, Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        int quiet = 0;
        while (alive.getAsBoolean() && System.nanoTime() - start < timeout.toNanos()) {
            closed.sweep();
            quiet = closed.isEmpty() && !inFlight.getAsBoolean() ? quiet + 1 : 0;
            if (quiet == 2) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return false;
    }
}
