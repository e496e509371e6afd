package io.quicpool.cdi;

import io.quicpool.StreamPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Closes pools side by side, each on a thread of its own. The drain time-outs of all begin when this is made, so that the end of an
 * application takes no longer than the longest of them and a second more, whatever blocks. Used by one thread.
 */
final class PoolClosers {

    /** What {@link StreamPool#close(Duration)} takes at most beyond the drain time-out. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final long start = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private Duration longest = Duration.ZERO;
    private boolean interrupted;

    /** Begins to close these. */
    void close(List<ManagedPool> pools) {
        List<StreamPool> withoutThread = new ArrayList<>();
        for (ManagedPool each : pools) {
            StreamPool pool = each.pool();
            Duration left = interrupted ? Duration.ZERO : Duration.ofNanos(Math.max(0, left(each.drainTimeout())));
            longest = longest.compareTo(each.drainTimeout()) < 0 ? each.drainTimeout() : longest;
            Thread closer = new Thread(() -> pool.close(left), "quicpool-" + pool.name() + "-close");
            closer.setDaemon(true);
            try {
                closer.start();
                threads.add(closer);
            } catch (OutOfMemoryError e) {
                withoutThread.add(pool);
            }
        }
        withoutThread.forEach(StreamPool::close);
    }

    /** Waits until all that were begun with are closed, or have no time for draining left. */
    void awaitDrained() {
        await(longest);
    }

    /** Waits until all are closed. The interrupted flag is set when there was an interrupt meanwhile. */
    void awaitClosed() {
        await(longest.plus(FAREWELL));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // An interrupt ends the time for draining, not the closing.
    private void await(Duration timeout) {
        for (Thread closer : threads) {
            while (closer.isAlive() && left(timeout) > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(closer, left(timeout));
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt);
                }
            }
        }
    }

    private long left(Duration timeout) {
        return timeout.toNanos() - (System.nanoTime() - start);
    }
}
