package io.quicpool.transport.kwik;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What a connection has yet to deliver: the closed streams of which something may be unsent, and what is in flight. Holds no
 * more than twice as many streams as have something unsent, and a few.
 *
 * @param <S> the engine's stream
 */
final class Delivery<S> {

    private static final int FEW = 64;
    private static final int PAUSE_MILLIS = 2;

    private final Predicate<S> unsent;
    private final BooleanSupplier inFlight;
    private final Set<S> closed = ConcurrentHashMap.newKeySet();
    private volatile int sweepAbove = FEW;

    Delivery(Predicate<S> unsent, BooleanSupplier inFlight) {
        this.unsent = unsent;
        this.inFlight = inFlight;
    }

    /** A stream was closed, and what was written to it may have yet to be sent. */
    void closed(S stream) {
        closed.add(stream);
        if (closed.size() > sweepAbove) {
            sweep();
            sweepAbove = Math.max(FEW, 2 * closed.size());
        }
    }

    private void sweep() {
        closed.removeIf(stream -> !unsent.test(stream));
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
            sweep();
            quiet = closed.isEmpty() && !inFlight.getAsBoolean() ? quiet + 1 : 0;
            if (quiet == 2) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return false;
    }
}
