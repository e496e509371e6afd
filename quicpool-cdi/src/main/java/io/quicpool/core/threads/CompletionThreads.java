package io.quicpool.core.threads;

import io.quicpool.transport.Deadline;
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
 * The threads that complete asynchronous takes, which runs the dependents of a future, or those that call listeners. This
 * is user code and may block. So the number of threads is doubled whenever a task has waited for {@link #MAX_QUEUE_TIME}.
 * It shrinks when nothing blocks.
 */
public final class CompletionThreads implements Executor {

    /** The number of threads while nothing blocks. */
    static final int MIN_THREADS = 8;

    /** Maximum number of threads. When all block, {@link #full} refuses further takes. */
    public static final int MAX_THREADS = 10_000;

    private static final Duration MAX_QUEUE_TIME = Duration.ofMillis(20);
    private static final Duration SHRINK_DELAY = Duration.ofSeconds(1);

    private final ThreadFactory factory;
    private final ThreadPoolExecutor threads;
    private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final AtomicBoolean checkScheduled = new AtomicBoolean();
    private final AtomicBoolean shrinkScheduled = new AtomicBoolean();
    private final BiConsumer<Duration, Runnable> timer;

    /**
     * Makes the threads.
     *
     * @param timer runs an action after a delay, on a thread that never blocks
     */
    CompletionThreads(ThreadFactory factory, Duration linger, BiConsumer<Duration, Runnable> timer) {
        this.timer = timer;
        this.factory = factory;
        // After shutdown the calling thread runs the task, because a caller waits for its result.
        threads = new ThreadPoolExecutor(
                MIN_THREADS,
                MAX_THREADS,
                linger.toMillis(),
                TimeUnit.MILLISECONDS,
                queue,
                factory,
                (task, executor) -> task.run());
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
            // There is no memory for a thread now. An existing or later thread runs the task.
            queue.add(task);
        }
        scheduleCheck();
    }

    /** Whether the maximum number of threads is blocked. */
    public boolean full() {
        return threads.getPoolSize() >= MAX_THREADS && !queue.isEmpty();
    }

    private void scheduleCheck() {
        if (!queue.isEmpty() && checkScheduled.compareAndSet(false, true)) {
            timer.accept(MAX_QUEUE_TIME, () -> {
                checkScheduled.set(false);
                growIfLate();
                scheduleCheck();
            });
        }
    }

    // A burst must not keep its threads for ever.
    private void scheduleShrink() {
        if (shrinkScheduled.compareAndSet(false, true)) {
            timer.accept(SHRINK_DELAY, () -> {
                shrinkScheduled.set(false);
                if (queue.isEmpty() && threads.getActiveCount() < MIN_THREADS) {
                    threads.setCorePoolSize(MIN_THREADS);
                } else {
                    scheduleShrink();
                }
            });
        }
    }

    private void growIfLate() {
        if (queue.peek() instanceof Task first && System.nanoTime() - first.since >= MAX_QUEUE_TIME.toNanos()) {
            try {
                threads.setCorePoolSize(Math.min(MAX_THREADS, Math.max(MIN_THREADS, 2 * threads.getPoolSize())));
                threads.prestartCoreThread();
            } catch (OutOfMemoryError e) {
                threads.setCorePoolSize(Math.max(MIN_THREADS, threads.getPoolSize()));
            }
            scheduleShrink();
        }
    }

    /** Accepts no further task. Queued tasks still run. */
    void shutdown() {
        threads.shutdown();
    }

    /** Waits until all tasks are done, or for the given time. Returns whether they are. */
    boolean awaitTermination(Deadline deadline) throws InterruptedException {
        while (!threads.awaitTermination(MAX_QUEUE_TIME.toNanos(), TimeUnit.NANOSECONDS)) {
            if (deadline.hasPassed()) {
                return false;
            }
            growIfLate();
        }
        return true;
    }

    /** Interrupts tasks that block. Tasks that have not begun get a thread each. */
    void interrupt() {
        threads.shutdownNow().forEach(task -> factory.newThread(task).start());
    }
}
