package io.quicpool.core.threads;

import io.quicpool.transport.Deadline;
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
 * The threads of one pool, named after it. One timer makes every decision and never blocks. One thread connects, and each
 * connection that closes has one: both block. Listeners, dependents of asynchronous takes ({@link CompletionThreads}) and
 * handlers, which are user code, have threads of their own. All but the timer end when idle. All are daemons but the
 * timer of a server pool, which keeps the JVM alive.
 */
public final class PoolThreads {

    private enum Kind {
        DAEMON,
        /** Keeps the JVM alive. */
        KEEPS_JVM_ALIVE,
        VIRTUAL
    }

    /** How often each pool runs its periodic check, on the timer thread. */
    public static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    private static final Duration LINGER = Duration.ofSeconds(10);
    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    private final String poolName;
    private final Set<Thread> liveThreads = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService connector;
    private final ExecutorService closers;
    private final CompletionThreads workers;
    private final CompletionThreads listeners;
    private final ExecutorService handlers;
    private volatile boolean connectorAbandoned;

    /** Makes the threads of a pool that does not keep the JVM alive. */
    public PoolThreads(String poolName) {
        this(poolName, false, false);
    }

    /**
     * Makes the threads of a pool.
     *
     * @param keepsJvmAlive whether the JVM stays up until the pool is closed
     * @param virtualHandlers whether each handler has a virtual thread of its own
     */
    public PoolThreads(String poolName, boolean keepsJvmAlive, boolean virtualHandlers) {
        this.poolName = poolName;
        timer = new ScheduledThreadPoolExecutor(
                1,
                factory("timer", keepsJvmAlive ? Kind.KEEPS_JVM_ALIVE : Kind.DAEMON),
                new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        connector = connector();
        // Unbounded here, because a connection is closed once. A peer that acknowledges nothing must hold up no other.
        closers = unbounded(LINGER, factory("closer"), new ThreadPoolExecutor.DiscardPolicy());
        workers = completion("worker");
        listeners = completion("listener");
        // Unbounded here, because FairLimiter bounds them. A thread that has just finished may not be idle yet when the
        // next task comes.
        handlers = unbounded(
                virtualHandlers ? Duration.ZERO : LINGER,
                factory("handler", virtualHandlers ? Kind.VIRTUAL : Kind.DAEMON),
                new ThreadPoolExecutor.AbortPolicy());
    }

    private static ExecutorService unbounded(
            Duration linger, ThreadFactory threads, RejectedExecutionHandler whenClosed) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                linger.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                threads,
                whenClosed);
    }

    private CompletionThreads completion(String role) {
        return new CompletionThreads(factory(role), LINGER, (delay, action) -> {
            var unused = decideAfter(delay, action);
        });
    }

    private ExecutorService connector() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1,
                1,
                LINGER.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                factory("connector"),
                new ThreadPoolExecutor.DiscardPolicy());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private String threadName(String role) {
        return "quicpool-" + poolName + "-" + role + "-";
    }

    private ThreadFactory factory(String role) {
        return factory(role, Kind.DAEMON);
    }

    private ThreadFactory factory(String role, Kind kind) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            String name = threadName(role) + number.incrementAndGet();
            Runnable tracked = () -> {
                // Added here and not earlier, because a thread that fails to start would stay in the set.
                liveThreads.add(Thread.currentThread());
                try {
                    task.run();
                } finally {
                    liveThreads.remove(Thread.currentThread());
                }
            };
            Thread thread = kind == Kind.VIRTUAL ? VirtualThreads.unstarted(name, tracked) : new Thread(tracked, name);
            thread.setDaemon(kind != Kind.KEEPS_JVM_ALIVE);
            // A thread must not keep the class loader of the code that happened to start it.
            thread.setContextClassLoader(PoolThreads.class.getClassLoader());
            return thread;
        };
    }

    /** Runs a decision on the timer thread as soon as it is free. */
    public void decide(Runnable decision) {
        timer.execute(decision);
    }

    /** Runs a decision on the timer thread after a delay. */
    public Future<?> decideAfter(Duration delay, Runnable decision) {
        return timer.schedule(decision, Deadline.nanos(delay), TimeUnit.NANOSECONDS);
    }

    /** Runs a decision on the timer thread periodically. An exception ends that. */
    public void decideEvery(Duration period, Runnable decision) {
        var unused = timer.scheduleWithFixedDelay(decision, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs an attempt to connect, which may block. Cancelling interrupts it. */
    public Future<?> connect(Runnable attempt) {
        return connector.submit(attempt);
    }

    /**
     * Lets {@link #close} not wait for the connector thread, because it is in a call that no interrupt ends. The thread
     * ends by itself.
     */
    public void abandonConnector() {
        connectorAbandoned = true;
    }

    /** Runs an action that closes a connection and may block. */
    public void closeConnection(Runnable connection) {
        try {
            closers.execute(connection);
        } catch (OutOfMemoryError e) {
            // There is no thread now.
            var again = decideAfter(RETRY_DELAY, () -> closeConnection(connection));
            assert again != null;
        }
    }

    /** Completes asynchronous takes. */
    public CompletionThreads workers() {
        return workers;
    }

    /** Calls listeners. One that blocks delays no other, and no asynchronous take. */
    public Executor listeners() {
        return listeners;
    }

    /** Runs handlers of client-led pools unless the user gives an executor. */
    public Executor handlers() {
        return handlers;
    }

    /** Whether the calling thread belongs to this pool. */
    public boolean isPoolThread() {
        return liveThreads.contains(Thread.currentThread());
    }

    /**
     * Ends all threads. Queued tasks of the workers still run; threads that block elsewhere are interrupted. Called on
     * a thread of the pool, it does not wait.
     */
    public boolean close(Duration timeout) throws InterruptedException {
        // Decisions that are due still run. Delayed ones do not.
        timer.shutdown();
        connector.shutdownNow();
        handlers.shutdownNow();
        closers.shutdownNow();
        workers.shutdown();
        listeners.shutdown();
        if (isPoolThread()) {
            finishLater(timeout);
            return false;
        }
        return awaitEnd(timeout);
    }

    // The timer has ended, so another thread must make the workers grow when tasks block, and interrupt those that go
    // on.
    private void finishLater(Duration timeout) {
        // Not one of the pool's, or it would wait for itself.
        Thread finishing = new Thread(
                () -> {
                    try {
                        awaitEnd(timeout);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                threadName("finisher"));
        finishing.setDaemon(true);
        finishing.setContextClassLoader(PoolThreads.class.getClassLoader());
        finishing.start();
    }

    private boolean awaitEnd(Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout);
        boolean ended = endUserCode(workers, deadline);
        ended &= endUserCode(listeners, deadline);
        List<ExecutorService> executors =
                connectorAbandoned ? List.of(timer, handlers, closers) : List.of(timer, connector, handlers, closers);
        for (ExecutorService executor : executors) {
            if (!executor.awaitTermination(deadline.nanosLeft(), TimeUnit.NANOSECONDS)) {
                ended = false;
                executor.shutdownNow();
            }
        }
        return ended && joinThreads(deadline);
    }

    private static boolean endUserCode(CompletionThreads threads, Deadline deadline) throws InterruptedException {
        boolean ended = threads.awaitTermination(deadline);
        if (!ended) {
            threads.interrupt();
        }
        return ended;
    }

    // An executor is terminated a moment before its last thread has ended.
    private boolean joinThreads(Deadline deadline) throws InterruptedException {
        if (connectorAbandoned) {
            liveThreads.removeIf(thread -> thread.getName().startsWith(threadName("connector")));
        }
        for (Thread thread : liveThreads) {
            // No minimum wait for each thread: thousands may block.
            deadline.join(thread);
        }
        return liveThreads.stream().noneMatch(Thread::isAlive);
    }
}
