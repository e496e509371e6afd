package io.quicpool.cdi;

import io.quicpool.StreamPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Closes pools at the same time, each on its own thread. All drain time-outs begin when this object is made. So an application stops
 * within the longest drain time-out and one second, whatever blocks. Used by one thread.
 */
final class PoolClosers {

    /** Maximum time of {@link StreamPool#close(Duration)} beyond the drain time-out. */
    private static final Duration CLOSE_TIME = Duration.ofSeconds(1);

    private final long start = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private Duration longest = Duration.ZERO;
    private boolean interrupted;

    /** Starts to close these pools. */
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

    /** Waits until these pools are closed or their drain time-outs have passed. */
    void awaitDrained() {
        await(longest);
    }

    /** Waits until all pools are closed. Sets the interrupt flag if there was an interrupt. */
    void awaitClosed() {
        await(longest.plus(CLOSE_TIME));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // An interrupt ends the draining, not the closing.
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
