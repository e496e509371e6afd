/**
 * Pools of pre-opened QUIC streams. {@link io.quicpool.QuicPools} opens a {@link io.quicpool.ClientPool} or a
 * {@link io.quicpool.ServerPool}. Callers take a {@link io.quicpool.PooledStream} from them.
 *
 * <p>Applications implement {@link io.quicpool.PoolListener}, {@link io.quicpool.StreamHandler},
 * {@link io.quicpool.config.TargetResolver} and {@link io.quicpool.config.TargetSource}. Later versions may add methods to all other
 * interfaces.
 */
@NullMarked
package io.quicpool;

import org.jspecify.annotations.NullMarked;
