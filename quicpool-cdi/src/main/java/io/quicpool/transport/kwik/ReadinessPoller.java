package io.quicpool.transport.kwik;

import io.quicpool.transport.EngineEvents;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that says when a stream can be read. It is told of a stream just before kwik puts the data into it, and looks
 * until the data is there: a few microseconds mostly, longer where the machine is busy. Streams to which nothing comes are
 * not looked at, so idle streams cost nothing, however many.
 */
final class ReadinessPoller {

    // Beyond this, what was seen coming is lost in kwik: only another packet can tell more.
    private static final long LONGEST_LOOK = TimeUnit.SECONDS.toNanos(5);
    // The longer it takes, the longer the pause: a tenth of the time so far, but at least so long.
    private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);
    private static final int PAUSE_PART = 10;

    private final Queue<KwikStream> signalled = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    ReadinessPoller(String poolName) {
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
            // No memory for a moment must not leave a pool deaf.
            EngineEvents.guarded(() -> look(looking));
        }
        runTasks();
    }

    private void look(Set<KwikStream> looking) {
        // With an interrupt kept no park would wait.
        Thread.interrupted();
        runTasks();
        long now = System.nanoTime();
        for (KwikStream stream = signalled.poll(); stream != null; stream = signalled.poll()) {
            stream.lookSince(now);
            looking.add(stream);
        }
        looking.removeIf(stream -> stream.fire() || now - stream.lookedSince() > LONGEST_LOOK);
        if (!signalled.isEmpty() || !tasks.isEmpty()) {
            return;
        }
        if (looking.isEmpty()) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, pause(looking, now));
        }
    }

    private static long pause(Set<KwikStream> looking, long now) {
        long youngest = LONGEST_LOOK;
        for (KwikStream stream : looking) {
            youngest = Math.min(youngest, now - stream.lookedSince());
        }
        return Math.max(SHORTEST_PAUSE, youngest / PAUSE_PART);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            EngineEvents.guarded(task);
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
