package io.quicpool.cdi;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps readiness from flapping: a pool that was ready still counts as ready during its grace period. A pool that was never ready
 * has no grace period.
 *
 * <p>If the peer is lost, the grace period begins with the event of the pool. Otherwise (suspended, a socket that failed) it
 * begins with the first check that finds the pool not ready.
 */
final class ReadinessGrace implements PoolListener {

    private final Duration grace;
    private final LongSupplier clock;
    // Guarded by this.
    private boolean everReady;
    private boolean down;
    private long downSince;

    ReadinessGrace(Duration grace, LongSupplier nanoClock) {
        this.grace = grace;
        this.clock = nanoClock;
    }

    @Override
    public synchronized void ready(StreamPool pool) {
        wasReady();
    }

    @Override
    public synchronized void recovered(StreamPool pool) {
        wasReady();
    }

    private void wasReady() {
        everReady = true;
        down = false;
    }

    @Override
    public void peerLost(StreamPool pool, String reason) {
        isUp(pool);
    }

    /** Whether it counts as ready now. */
    synchronized boolean isUp(StreamPool pool) {
        if (pool.ready()) {
            wasReady();
            return true;
        }
        long now = clock.getAsLong();
        if (!down) {
            down = true;
            downSince = now;
        }
        return everReady && now - downSince < grace.toNanos();
    }
}
