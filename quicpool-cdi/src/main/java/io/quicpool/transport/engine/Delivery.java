package io.quicpool.transport.engine;

import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits until a peer has acknowledged everything that was written to closed streams. Engines have no event for that, so the wait checks
 * every 2 ms, and less often after a while. It takes two checks in a row: between the detection of a loss and its retransmission nothing
 * is in flight.
 */
public final class Delivery {

    // The pause grows with the wait: a tenth of the time so far, within these.
    static final long MIN_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);
    static final long MAX_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int PAUSE_FRACTION = 10;

    /** What an engine knows of a connection. */
    public interface Source {

        /** Whether the connection can still deliver. */
        boolean alive();

        /** Whether something that was written to closed streams may not have arrived. */
        boolean isUndelivered();

        /** A number that changes with each packet of the peer. */
        long received();
    }

    /** The outcome of a check. */
    enum Outcome {
        UNDELIVERED,
        /** Nothing is undelivered, for the first time. */
        QUIET,
        DELIVERED,
        FAILED
    }

    private final Source source;
    private final Executor executor;
    private final Duration silence;
    // Only for the executor.
    private boolean quiet;
    private long received;
    private Deadline silent;

    /**
     * Makes a wait.
     *
     * @param executor runs each check, on the thread that the source needs
     * @param silence ends the wait early: nothing has arrived from the peer for so long
     */
    public Delivery(Source source, Executor executor, Duration silence) {
        this.source = source;
        this.executor = executor;
        this.silence = silence;
        this.silent = Deadline.after(silence);
    }

    /**
     * Waits.
     *
     * @return whether everything is acknowledged
     * @throws InterruptedException when the thread is interrupted
     */
    public boolean await(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        long start = System.nanoTime();
        while (!deadline.hasPassed()) {
            Outcome outcome = checked(deadline);
            if (outcome == Outcome.DELIVERED || outcome == Outcome.FAILED) {
                return outcome == Outcome.DELIVERED;
            }
            TimeUnit.NANOSECONDS.sleep(pause(outcome, System.nanoTime() - start));
        }
        return false;
    }

    // A peer that goes on, while it does not know of the close yet, is quiet only for a moment.
    static long pause(Outcome last, long waited) {
        return last == Outcome.QUIET ? MIN_PAUSE : Math.max(MIN_PAUSE, Math.min(MAX_PAUSE, waited / PAUSE_FRACTION));
    }

    private Outcome checked(Deadline deadline) throws InterruptedException {
        FutureTask<Outcome> check = new FutureTask<>(this::check);
        try {
            executor.execute(check);
            return check.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException | ExecutionException | TimeoutException e) {
            return Outcome.FAILED;
        }
    }

    private Outcome check() {
        long now = source.received();
        if (now != received) {
            received = now;
            silent = Deadline.after(silence);
        }
        if (!source.alive() || silent.hasPassed()) {
            return Outcome.FAILED;
        }
        boolean wasQuiet = quiet;
        quiet = !source.isUndelivered();
        if (!quiet) {
            return Outcome.UNDELIVERED;
        }
        return wasQuiet ? Outcome.DELIVERED : Outcome.QUIET;
    }
}
