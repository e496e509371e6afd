package io.quicpool.core.streams;

import io.quicpool.StreamId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A caller that waits for a stream.
 *
 * <pre>
 * WAITING --serve--&gt; its slot, already TAKEN
 *    |-----giveUp--&gt; GIVEN_UP
 *    \-----close---&gt; CLOSED
 * </pre>
 *
 * <p>Every transition is a compare-and-set that returns whether it won. A caller that lost acts as if it had not tried.
 * Transitions are cheap and run under the lock of {@link IdleStreams}. {@link #wake} may run user code and is called
 * without the lock.
 */
public class Waiter {

    private enum NotServed {
        /** It timed out, or its caller no longer wants a stream. */
        GIVEN_UP,
        /** A pool at which it waited was closed. */
        CLOSED
    }

    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(Waiter.class, "end", Object.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final @Nullable StreamId id;
    private final long since;
    private final @Nullable Runnable onEnd;
    // Null while it waits, then a Slot or a NotServed.
    private volatile @Nullable Object end;
    private volatile @Nullable Thread blocked;

    /**
     * Makes a waiter for a caller that blocks in {@link #await}.
     *
     * @param id the wanted stream, null for any
     * @param since nano time at which the wait started
     */
    Waiter(@Nullable StreamId id, long since) {
        this(id, since, null);
    }

    /** Makes a waiter for a caller that does not block. The action must not block either. */
    Waiter(@Nullable StreamId id, long since, @Nullable Runnable onEnd) {
        this.id = id;
        this.since = since;
        this.onEnd = onEnd;
    }

    public @Nullable StreamId id() {
        return id;
    }

    long since() {
        return since;
    }

    boolean serve(Slot taken) {
        return END.compareAndSet(this, null, taken);
    }

    boolean giveUp() {
        return END.compareAndSet(this, null, NotServed.GIVEN_UP);
    }

    public boolean close() {
        return END.compareAndSet(this, null, NotServed.CLOSED);
    }

    public boolean isWaiting() {
        return end == null;
    }

    /** The slot that it was served with. Null while it waits, or when it was not served. */
    @Nullable Slot slot() {
        return end instanceof Slot slot ? slot : null;
    }

    /** Wakes the caller after it was served, or the pool was closed. Never under a lock. */
    public void wake() {
        Thread caller = blocked;
        if (caller != null) {
            LockSupport.unpark(caller);
        }
        if (onEnd != null) {
            onEnd.run();
        }
    }

    /** Blocks until it has ended, or for the given time. Returns whether it has ended. */
    boolean await(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        blocked = Thread.currentThread();
        while (end == null) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = nanos - (System.nanoTime() - start);
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left);
        }
        return true;
    }
}
