package io.quicpool.core.streams;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;

/**
 * The use of a slot by the caller that has this lease. The slot keeps it and not the lease. So when the caller has lost the lease without
 * closing it, the garbage collector puts this into the queue. When the stream is ended, slot, lease and this are garbage together, and
 * nothing is queued.
 */
final class Use extends PhantomReference<Lease> {

    private final Slot slot;

    Use(Lease lease, Slot slot, ReferenceQueue<Lease> lost) {
        super(lease, lost);
        this.slot = slot;
    }

    Slot slot() {
        return slot;
    }
}
