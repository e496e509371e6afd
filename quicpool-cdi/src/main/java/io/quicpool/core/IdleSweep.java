package io.quicpool.core;

import java.time.Duration;

/** Evicts idle streams that are dead, surplus, or finished by their peer and not taken. Timer thread. */
final class IdleSweep {

    /**
     * How long an idle stream stays after its peer has sent a FIN. Somebody may still take it by its id. It uses
     * capacity and credit, so it must not stay for ever.
     */
    static final Duration MAX_UNCLAIMED = Duration.ofSeconds(30);

    private final CorePool pool;
    private final IdleStreams idleStreams;

    IdleSweep(CorePool pool) {
        this.pool = pool;
        this.idleStreams = pool.idleStreams;
    }

    /** Of the surplus the oldest ones are evicted. */
    void run(int maxIdle) {
        run(maxIdle, System.nanoTime());
    }

    /** As {@link #run(int)} at a given nano time. */
    void run(int maxIdle, long now) {
        idleStreams.sweep();
        for (Slot slot : idleStreams.oldestFirst()) {
            if (!slot.stream().alive()) {
                pool.evict(slot, CorePool.unlessLost(slot, Reason.Evicted.PROBE));
            } else if (slot.finishedFor(now) > MAX_UNCLAIMED.toNanos() && !idleStreams.suspended()) {
                pool.evict(slot, Reason.Evicted.PEER_ENDED);
            } else if (idleStreams.idle() > maxIdle) {
                pool.evict(slot, Reason.Evicted.SURPLUS);
            }
        }
    }
}
