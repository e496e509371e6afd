package io.quicpool.cdi;

import io.quicpool.PoolSnapshot;
import io.quicpool.config.PoolKind;

/**
 * The status of a pool for the readiness check.
 *
 * @param kind client or server
 * @param snapshot the state of the pool
 * @param counts whether readiness depends on the pool: {@code readiness.enabled}
 * @param up whether the pool is ready or within its grace period
 * @param insecure whether the pool does not check the certificate of its peer
 */
public record PoolStatus(PoolKind kind, PoolSnapshot snapshot, boolean counts, boolean up, boolean insecure) {}
