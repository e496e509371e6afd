package io.quicpool.cdi;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps readiness from flapping: a pool that was ready counts as ready until it has not been for its grace period. A pool that
 * never was ready has none.
 *
 * <p>The loss of a peer is told by the pool; what is not told (suspended, a socket that failed) begins when it is first seen.
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
