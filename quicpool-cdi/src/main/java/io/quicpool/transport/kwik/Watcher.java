package io.quicpool.transport.kwik;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that says when a stream can be read. It is told of a stream just before kwik puts the data into it, looks until
 * the data is there or a few milliseconds are over, and forgets the stream until the next packet: so idle streams cost
 * nothing, however many.
 */
final class Watcher {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final Queue<KwikStream> signalled = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    Watcher(String poolName) {
        thread = KwikThreads.start("quicpool-" + poolName + "-reader", this::run);
    }

    /** Something comes for this stream. Any thread. */
    void signal(KwikStream stream) {
        if (stream.markSignalled()) {
            signalled.add(stream);
            LockSupport.unpark(thread);
        }
    }

    /** Runs a task off the engine's own threads. Any thread; after the end on the caller's. */
    void run(Runnable task) {
        tasks.add(task);
        if (closed) {
            runTasks();
        } else {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        Set<KwikStream> looking = new LinkedHashSet<>();
        while (!closed) {
            runTasks();
            for (KwikStream stream = signalled.poll(); stream != null; stream = signalled.poll()) {
                stream.lookUntil(System.nanoTime() + LOOK_NANOS);
                looking.add(stream);
            }
            long now = System.nanoTime();
            looking.removeIf(stream -> stream.fire() || stream.overdue(now));
            if (!signalled.isEmpty() || !tasks.isEmpty()) {
                continue;
            }
            if (looking.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
        runTasks();
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
    }

    /** Runs what the pool wants to be called; what it throws must not end the watching of all other streams. */
    @SuppressWarnings("CatchingUnchecked")
    static void guarded(Runnable action) {
        try {
            action.run();
        } catch (Exception | LinkageError | AssertionError e) {
            LOG.log(Level.ERROR, "an event was not handled", e);
        }
    }

    /** Ends the thread. */
    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    boolean awaitClosed(Duration timeout) throws InterruptedException {
        if (Thread.currentThread() != thread) {
            thread.join(Math.max(1, timeout.toMillis()));
        }
        return !thread.isAlive();
    }
}
