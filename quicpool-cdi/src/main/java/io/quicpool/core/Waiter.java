package io.quicpool.core;

import io.quicpool.StreamId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A caller that found no stream.
 *
 * <pre>
 * WAITING --serve--&gt; its slot, already TAKEN
 *    |-----giveUp--&gt; GIVEN_UP
 *    \-----close---&gt; CLOSED
 * </pre>
 *
 * <p>Every transition is a compare-and-set that says whether it won; whoever loses acts as if it had not happened. To decide is
 * cheap and done under the stock's lock; to {@link #wake} may run foreign code and is done outside.
 */
final class Waiter {

    private enum Without {
        /** Its time was over, or its caller wants no stream any more. */
        GIVEN_UP,
        /** A pool at which it waited is closed. */
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
    private final @Nullable Runnable whenEnded;
    // Null while it waits, then a Slot or a Without.
    private volatile @Nullable Object end;
    private volatile @Nullable Thread blocked;

    /**
     * Makes one for a caller that blocks in {@link #await}.
     *
     * @param id the stream that it wants; null for any
     * @param since nano time of the beginning of its wait
     */
    Waiter(@Nullable StreamId id, long since) {
        this(id, since, null);
    }

    /** Makes one for a caller that does not block: the action must hand over and return. */
    Waiter(@Nullable StreamId id, long since, @Nullable Runnable whenEnded) {
        this.id = id;
        this.since = since;
        this.whenEnded = whenEnded;
    }

    @Nullable StreamId id() {
        return id;
    }

    long since() {
        return since;
    }

    boolean serve(Slot taken) {
        return END.compareAndSet(this, null, taken);
    }

    boolean giveUp() {
        return END.compareAndSet(this, null, Without.GIVEN_UP);
    }

    boolean close() {
        return END.compareAndSet(this, null, Without.CLOSED);
    }

    boolean waits() {
        return end == null;
    }

    /** What it was served with; null when it waits, or has ended without. */
    @Nullable Slot slot() {
        return end instanceof Slot slot ? slot : null;
    }

    /** Tells its caller that it was served, or that the pool is closed. Never under a lock. */
    void wake() {
        Thread caller = blocked;
        if (caller != null) {
            LockSupport.unpark(caller);
        }
        if (whenEnded != null) {
            whenEnded.run();
        }
    }

    /** Blocks until it has ended, or for so many nanoseconds; says whether it has ended. */
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
