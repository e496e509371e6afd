package io.quicpool.core;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Ends a blocked call from outside when it takes too long: the reads and writes of engines have no time-out. */
final class TimeLimit {

    /** What blocks. */
    interface Call<T> {
        T call() throws IOException;
    }

    private TimeLimit() {}

    /** Makes a call; when it takes longer, gives up on the pool's timer thread, which must end the call. */
    static <T> T within(Duration longest, PoolThreads threads, Runnable giveUp, Call<T> call) throws IOException {
        // Whoever sets it first decides: the timer, or the call that came back.
        AtomicBoolean decided = new AtomicBoolean();
        Future<?> timer = threads.decideAfter(longest, () -> {
            if (decided.compareAndSet(false, true)) {
                giveUp.run();
            }
        });
        try {
            return call.call();
        } finally {
            decided.set(true);
            timer.cancel(false);
        }
    }
}
