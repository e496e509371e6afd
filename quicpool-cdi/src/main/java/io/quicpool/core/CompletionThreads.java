package io.quicpool.core;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * The threads on which asynchronous gets end. To complete a future runs what depends on it, and that may block: so there are a few
 * threads as long as they are enough, and twice as many whenever a task has waited for {@link #PATIENCE}, until none waits.
 */
final class CompletionThreads implements Executor {

    /** So many as long as nothing blocks. */
    static final int FEW = 8;

    /** More dependents than these cannot block at a time: {@link #full} says so before. */
    static final int MOST = 10_000;

    private static final Duration PATIENCE = Duration.ofMillis(20);
    private static final Duration CALM = Duration.ofSeconds(1);

    private final ThreadPoolExecutor threads;
    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final AtomicBoolean watched = new AtomicBoolean();
    private final AtomicBoolean grown = new AtomicBoolean();
    private final BiConsumer<Duration, Runnable> timer;

    /**
     * Makes them.
     *
     * @param timer runs an action after a time, on a thread on which nothing blocks
     */
    CompletionThreads(ThreadFactory factory, Duration linger, BiConsumer<Duration, Runnable> timer) {
        this.timer = timer;
        // After the end whoever wants something done has to do it: somebody waits for it.
        threads = new ThreadPoolExecutor(
                FEW, MOST, linger.toMillis(), TimeUnit.MILLISECONDS, queue, factory, (task, executor) -> task.run());
        threads.allowCoreThreadTimeOut(true);
    }

    private record Task(Runnable action, long since) implements Runnable {
        @Override
        public void run() {
            action.run();
        }
    }

    @Override
    public void execute(Runnable action) {
        Task task = new Task(action, System.nanoTime());
        try {
            threads.execute(task);
        } catch (OutOfMemoryError e) {
            // No thread just now, and somebody waits for it: one that there is, or that comes later, does it.
            queue.add(task);
        }
        watch();
    }

    /** Whether as many block as may. */
    boolean full() {
        return threads.getPoolSize() >= MOST && !queue.isEmpty();
    }

    private void watch() {
        if (!queue.isEmpty() && watched.compareAndSet(false, true)) {
            timer.accept(PATIENCE, () -> {
                watched.set(false);
                growIfLate();
                watch();
            });
        }
    }

    // What was needed once is not needed for ever.
    private void shrinkLater() {
        if (grown.compareAndSet(false, true)) {
            timer.accept(CALM, () -> {
                grown.set(false);
                if (queue.isEmpty() && threads.getActiveCount() < FEW) {
                    threads.setCorePoolSize(FEW);
                } else {
                    shrinkLater();
                }
            });
        }
    }

    private void growIfLate() {
        if (queue.peek() instanceof Task first && System.nanoTime() - first.since >= PATIENCE.toNanos()) {
            try {
                threads.setCorePoolSize(Math.min(MOST, Math.max(FEW, 2 * threads.getPoolSize())));
                threads.prestartCoreThread();
            } catch (OutOfMemoryError e) {
                threads.setCorePoolSize(Math.max(FEW, threads.getPoolSize()));
            }
            shrinkLater();
        }
    }

    /** Takes nothing more; what was given to it is still done. */
    void shutdown() {
        threads.shutdown();
    }

    /** Waits until all is done, or for so long; says whether it is. */
    boolean awaitTermination(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        while (!threads.awaitTermination(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
            if (System.nanoTime() - start > nanos) {
                return false;
            }
            growIfLate();
        }
        return true;
    }

    /** Interrupts what blocks. */
    void interrupt() {
        threads.shutdownNow();
    }
}
