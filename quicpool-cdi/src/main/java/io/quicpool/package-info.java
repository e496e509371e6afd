/**
 * Pools of pre-opened QUIC streams. {@link io.quicpool.QuicPools} opens a {@link io.quicpool.ClientPool} or a
 * {@link io.quicpool.ServerPool}. Callers take a {@link io.quicpool.PooledStream} from them.
 */
@NullMarked
package io.quicpool;

import org.jspecify.annotations.NullMarked;
