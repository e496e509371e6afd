package io.quicpool.cdi;

import io.quicpool.StreamPool;
import io.quicpool.config.PoolKind;
import java.time.Duration;

/** A pool and how the component treats it. */
record ManagedPool(
        PoolKind kind,
        StreamPool pool,
        Duration drainTimeout,
        boolean counts,
        ReadinessGrace readiness,
        boolean insecure) {

    PoolStatus status() {
        return new PoolStatus(kind, pool.snapshot(), counts, readiness.isUp(pool), insecure);
    }
}
