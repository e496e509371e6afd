package io.quicpool.transport.kwik;

import io.quicpool.transport.Deadline;
import io.quicpool.transport.EngineEvents;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that finds out when streams can be read. A stream is signalled just before kwik puts data into it; the thread then polls the
 * stream until the data is there, mostly for a few microseconds. Idle streams are not polled, so they cost nothing, however many there
 * are.
 */
final class ReadinessPoller {

    // Data that takes longer was dropped by kwik. The next packet signals the stream again.
    private static final long MAX_POLL = TimeUnit.SECONDS.toNanos(5);
    // The pause grows with the wait: a tenth of the time so far, but no less than this.
    private static final long MIN_PAUSE = TimeUnit.MICROSECONDS.toNanos(20);
    private static final int PAUSE_FRACTION = 10;

    private final Queue<KwikStream> signalled = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    ReadinessPoller(String poolName) {
        thread = KwikThreads.start("quicpool-" + poolName + "-reader", this::run);
    }

    /** Data is about to arrive on this stream. Any thread. */
    void signal(KwikStream stream) {
        if (stream.markSignalled()) {
            signalled.add(stream);
            LockSupport.unpark(thread);
        }
    }

    /** Runs a task on this thread, so that it does not block kwik's. Any thread. After the end it runs on the caller's thread. */
    void run(Runnable task) {
        tasks.add(task);
        if (closed) {
            runTasks();
        } else {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        Set<KwikStream> polled = new LinkedHashSet<>();
        while (!closed) {
            // A transient OutOfMemoryError must not end this thread.
            EngineEvents.guarded(() -> poll(polled));
        }
        runTasks();
    }

    private void poll(Set<KwikStream> polled) {
        // While the interrupt flag is set, park would return at once.
        Thread.interrupted();
        runTasks();
        long now = System.nanoTime();
        for (KwikStream stream = signalled.poll(); stream != null; stream = signalled.poll()) {
            stream.startPolling(now);
            polled.add(stream);
        }
        polled.removeIf(stream -> stream.fireIfReadable() || now - stream.pollingSince() > MAX_POLL);
        if (!signalled.isEmpty() || !tasks.isEmpty()) {
            return;
        }
        if (polled.isEmpty()) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, pause(polled, now));
        }
    }

    private static long pause(Set<KwikStream> polled, long now) {
        long youngest = MAX_POLL;
        for (KwikStream stream : polled) {
            youngest = Math.min(youngest, now - stream.pollingSince());
        }
        return Math.max(MIN_PAUSE, youngest / PAUSE_FRACTION);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            EngineEvents.guarded(task);
        }
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    boolean awaitClosed(Deadline deadline) throws InterruptedException {
        return Thread.currentThread() != thread && deadline.join(thread);
    }
}
