package io.quicpool.transport.kwik;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The closed streams of a connection that may still have unsent data, and the wait for its delivery.
 *
 * @param <S> the engine's stream
 */
final class UndeliveredStreams<S> {

    // The pause grows with the wait: a tenth of the time so far, within these.
    private static final long MIN_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MAX_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int PAUSE_FRACTION = 10;

    private final BooleanSupplier inFlight;
    private final EndedStreams<S> streams;

    UndeliveredStreams(Predicate<S> unsent, BooleanSupplier inFlight) {
        this.inFlight = inFlight;
        this.streams = new EndedStreams<>(Integer.MAX_VALUE, unsent.negate(), stream -> {});
    }

    /** A stream was closed and may have unsent data. */
    void add(S stream) {
        streams.add(stream);
    }

    int size() {
        return streams.size();
    }

    /**
     * Waits until all is sent and acknowledged. kwik has no event for acknowledgements, so this checks every 2 ms, and less often after a
     * while. It takes two checks in a row: between the detection of a loss and its retransmission nothing is in flight.
     *
     * @param hopeful whether the rest may still arrive
     */
    boolean await(BooleanSupplier hopeful, Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        int quiet = 0;
        for (long waited = 0;
                hopeful.getAsBoolean() && waited < timeout.toNanos();
                waited = System.nanoTime() - start) {
            streams.sweep();
            quiet = streams.isEmpty() && !inFlight.getAsBoolean() ? quiet + 1 : 0;
            if (quiet == 2) {
                return true;
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(MIN_PAUSE, Math.min(MAX_PAUSE, waited / PAUSE_FRACTION)));
        }
        return false;
    }
}
