package io.quicpool.cdi;

import io.quicpool.PoolSnapshot;
import io.quicpool.settings.PoolKind;

/**
 * How a pool stands for the readiness check.
 *
 * @param kind client or server
 * @param snapshot what the pool looks like
 * @param counts whether readiness depends on it: {@code readiness.enabled}
 * @param up whether it is ready, or was and its grace period is not over
 * @param insecure whether it does not check its peer's certificate
 */
public record PoolStatus(PoolKind kind, PoolSnapshot snapshot, boolean counts, boolean up, boolean insecure) {}
