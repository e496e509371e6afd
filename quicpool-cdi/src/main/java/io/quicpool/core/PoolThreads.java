package io.quicpool.core;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one pool, named after it; daemons, but for the timer of a server pool, for which the JVM stays up. One timer for
 * every decision, which never blocks; one for connecting and
 * a few for closing connections, which do; some for each kind of code of the user's: listeners, dependents of asynchronous gets
 * ({@link CompletionThreads}), and a handler. All but the timer end by themselves when there is nothing to do.
 */
final class PoolThreads {

    private enum Sort {
        DAEMON,
        /** The JVM stays up for it. */
        KEEPS_UP,
        VIRTUAL
    }

    private static final int CLOSERS = 32;
    private static final int LISTENERS = 8;
    private static final Duration LINGER = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMillis(100);

    private final String poolName;
    private final Set<Thread> ours = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService connector;
    private final ExecutorService closers;
    private final CompletionThreads workers;
    private final ExecutorService listeners;
    private final ExecutorService handlers;
    private volatile boolean connectorLeft;

    /** Those of a pool that the JVM does not stay up for. */
    PoolThreads(String poolName) {
        this(poolName, false, false);
    }

    /**
     * Makes the threads of a pool.
     *
     * @param staysUp whether the JVM stays up until the pool is closed
     * @param virtualHandlers whether each handler has a virtual thread of its own
     */
    PoolThreads(String poolName, boolean staysUp, boolean virtualHandlers) {
        this.poolName = poolName;
        timer = new ScheduledThreadPoolExecutor(
                1, factory("timer", staysUp ? Sort.KEEPS_UP : Sort.DAEMON), new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        connector = elastic("connector", 1, new ThreadPoolExecutor.DiscardPolicy());
        closers = elastic("closer", CLOSERS, new ThreadPoolExecutor.DiscardPolicy());
        workers = new CompletionThreads(factory("worker"), LINGER, (delay, action) -> {
            var unused = decideAfter(delay, action);
        });
        listeners = elastic("listener", LISTENERS, (task, executor) -> task.run());
        // Their number is bounded by who uses them; a thread that has just ended its work may not be there yet for the
        // next.
        handlers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                virtualHandlers ? 0 : LINGER.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                factory("handler", virtualHandlers ? Sort.VIRTUAL : Sort.DAEMON));
    }

    private ExecutorService elastic(String role, int most, RejectedExecutionHandler afterTheEnd) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                most,
                most,
                LINGER.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                factory(role),
                afterTheEnd);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private String threadName(String role) {
        return "quicpool-" + poolName + "-" + role + "-";
    }

    private ThreadFactory factory(String role) {
        return factory(role, Sort.DAEMON);
    }

    private ThreadFactory factory(String role, Sort sort) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            String name = threadName(role) + number.incrementAndGet();
            Runnable counted = () -> {
                // Not before: one that could not be started for want of memory must not stay here.
                ours.add(Thread.currentThread());
                try {
                    task.run();
                } finally {
                    ours.remove(Thread.currentThread());
                }
            };
            Thread thread = sort == Sort.VIRTUAL ? VirtualThreads.unstarted(name, counted) : new Thread(counted, name);
            thread.setDaemon(sort != Sort.KEEPS_UP);
            // The class loader of whoever happened to cause this thread must not be held by it.
            thread.setContextClassLoader(PoolThreads.class.getClassLoader());
            return thread;
        };
    }

    /** Runs a decision on the timer thread, as soon as it is free. */
    void decide(Runnable decision) {
        timer.execute(decision);
    }

    /** Runs a decision on the timer thread, later. */
    Future<?> decideAfter(Duration delay, Runnable decision) {
        return timer.schedule(decision, TimeoutNanos.of(delay), TimeUnit.NANOSECONDS);
    }

    /** Runs a decision on the timer thread again and again; it must not throw, or it ends. */
    void decideEvery(Duration period, Runnable decision) {
        var unused = timer.scheduleWithFixedDelay(decision, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Connects, which may block; cancelling interrupts it. */
    Future<?> connect(Runnable attempt) {
        return connector.submit(attempt);
    }

    /**
     * Does not wait for the thread that connects when it closes: it is where no interrupt reaches it, and ends by itself. Before
     * {@link #close}.
     */
    void leaveConnector() {
        connectorLeft = true;
    }

    /** Closes a connection of a pool that goes on, which may block. */
    void disconnect(Runnable connection) {
        try {
            closers.execute(connection);
        } catch (OutOfMemoryError e) {
            // No thread just now.
            var again = decideAfter(AGAIN, () -> disconnect(connection));
            assert again != null;
        }
    }

    /** Where asynchronous gets end. */
    CompletionThreads workers() {
        return workers;
    }

    /** Where listeners are told; one that blocks holds up no asynchronous get. */
    Executor listeners() {
        return listeners;
    }

    /** Where handlers of client-led pools run unless the user has an executor. */
    Executor handlers() {
        return handlers;
    }

    /** Whether the calling thread is one of these. */
    boolean inside() {
        return ours.contains(Thread.currentThread());
    }

    /**
     * Ends all threads: what waits for the workers is still done, what blocks elsewhere is interrupted. Called on one of
     * them, it does not wait for itself.
     */
    boolean close(Duration timeout) throws InterruptedException {
        // What is decided already is done; what was to be decided later is not.
        timer.shutdown();
        connector.shutdownNow();
        handlers.shutdownNow();
        closers.shutdownNow();
        workers.shutdown();
        listeners.shutdown();
        if (inside()) {
            finishLater(timeout);
            return false;
        }
        return end(timeout);
    }

    // Without the timer nobody else sees to it that gets end although others block.
    private void finishLater(Duration timeout) {
        Thread finishing = factory("finisher").newThread(() -> {
            try {
                workers.awaitTermination(timeout.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        finishing.start();
    }

    private boolean end(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean ended = workers.awaitTermination(timeout.toNanos());
        if (!ended) {
            workers.interrupt();
        }
        List<ExecutorService> others = connectorLeft
                ? List.of(timer, handlers, closers, listeners)
                : List.of(timer, connector, handlers, closers, listeners);
        for (ExecutorService executor : others) {
            if (!executor.awaitTermination(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                ended = false;
                executor.shutdownNow();
            }
        }
        return ended && joined(deadline);
    }

    // An executor counts as terminated a moment before its last thread has ended.
    private boolean joined(long deadline) throws InterruptedException {
        if (connectorLeft) {
            ours.removeIf(thread -> thread.getName().startsWith(threadName("connector")));
        }
        for (Thread thread : ours) {
            // Once the time is over not a moment for each: there may be thousands that block.
            TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
        }
        return ours.stream().noneMatch(Thread::isAlive);
    }
}
