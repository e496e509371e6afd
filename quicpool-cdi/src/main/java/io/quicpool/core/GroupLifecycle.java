package io.quicpool.core;

import io.quicpool.PoolState;
import io.quicpool.core.report.Listeners;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.transport.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Closes a group of pools: its members, then the threads of the group. One caller of {@link #close} does the work, the
 * others wait for it.
 */
final class GroupLifecycle {

    /** Longer than that of the members, because the group closes its own threads after them. */
    private static final Duration CLOSE_GRACE = Lifecycle.CLOSE_GRACE.plusMillis(50);

    private final CoreGroupPool group;
    private final GroupMembers members;
    private final PoolThreads threads;
    private final Listeners listeners;
    private final PoolLog log;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    GroupLifecycle(CoreGroupPool group, GroupMembers members, PoolThreads threads, Listeners listeners, PoolLog log) {
        this.group = group;
        this.members = members;
        this.threads = threads;
        this.listeners = listeners;
        this.log = log;
    }

    /** The state of a group that has no members. */
    PoolState state() {
        return !closing.get() ? PoolState.RUNNING : closed.getCount() > 0 ? PoolState.CLOSING : PoolState.CLOSED;
    }

    void close(Duration drainTimeout) {
        if (closing.compareAndSet(false, true)) {
            closeMembers(drainTimeout);
        } else if (!threads.isPoolThread()) {
            awaitClosed(drainTimeout);
        }
    }

    // Closes all members at the same time, because they share the drain time. An interrupt ends that time, not the
    // closing.
    private void closeMembers(Duration drainTimeout) {
        Deadline end = Deadline.after(drainTimeout).plus(CLOSE_GRACE);
        boolean inside = threads.isPoolThread();
        boolean interrupted = false;
        try {
            interrupted = join(closers(drainTimeout), end);
            group.metrics.closed();
            listeners.fire(listener -> listener.closed(group));
            if (!threads.close(end.remaining()) && !inside) {
                log.warning("a listener still runs after its interrupt; the pool closes without it");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            closed.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<Thread> closers(Duration drainTimeout) {
        List<Thread> closers = new ArrayList<>();
        List<CoreClientPool> withoutThread = new ArrayList<>();
        for (CoreClientPool member : members.close()) {
            Thread closer = new Thread(() -> member.close(drainTimeout), "quicpool-" + member.name() + "-close");
            closer.setDaemon(true);
            closer.setContextClassLoader(GroupLifecycle.class.getClassLoader());
            try {
                closer.start();
                closers.add(closer);
            } catch (OutOfMemoryError e) {
                withoutThread.add(member);
            }
        }
        withoutThread.forEach(member -> member.close(Duration.ZERO));
        return closers;
    }

    // Returns whether there was an interrupt.
    private static boolean join(List<Thread> closers, Deadline end) {
        boolean interrupted = false;
        for (Thread closer : closers) {
            while (closer.isAlive() && !end.hasPassed()) {
                try {
                    end.join(closer);
                } catch (InterruptedException e) {
                    interrupted = true;
                    closers.forEach(Thread::interrupt);
                }
            }
        }
        return interrupted;
    }

    private void awaitClosed(Duration drainTimeout) {
        try {
            if (!closed.await(Deadline.after(drainTimeout).plus(CLOSE_GRACE).nanosLeft(), TimeUnit.NANOSECONDS)) {
                log.debug("not closed yet: another caller allowed it more time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
