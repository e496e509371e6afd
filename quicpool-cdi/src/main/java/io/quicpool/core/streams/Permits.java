package io.quicpool.core.streams;

import io.quicpool.StreamId;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * {@code max-in-use}: one permit for each stream that may be in use. Also the ids of idle streams whose waiters found no
 * permit; those are guarded by the lock of {@link IdleStreams}.
 */
final class Permits {

    // Null for no limit.
    private final @Nullable Semaphore free;
    private final Set<StreamId> awaited = new LinkedHashSet<>();

    /** Makes so many permits, or no limit if it is 0. */
    Permits(int max) {
        free = max == 0 ? null : new Semaphore(max);
    }

    boolean isLimited() {
        return free != null;
    }

    /** Takes a permit. False when there is none. */
    boolean acquire() {
        return free == null || free.tryAcquire();
    }

    /** Gives a permit back. */
    void release() {
        if (free != null) {
            free.release();
        }
    }

    /** Whether there is a limit, and a permit is free. */
    boolean isFree() {
        return free != null && free.availablePermits() > 0;
    }

    /** Whether there is a limit, and no permit is free. */
    boolean isExhausted() {
        return free != null && free.availablePermits() == 0;
    }

    /** Remembers an idle stream that a caller waits for. Under the lock. */
    void await(StreamId id) {
        awaited.add(id);
    }

    /** No caller waits for this stream any more. Under the lock. */
    void remove(StreamId id) {
        awaited.remove(id);
    }

    /** Removes and returns the id that has been remembered longest. Under the lock. */
    @Nullable StreamId nextAwaited() {
        Iterator<StreamId> ids = awaited.iterator();
        if (!ids.hasNext()) {
            return null;
        }
        StreamId id = ids.next();
        ids.remove();
        return id;
    }
}
