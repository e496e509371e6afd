/**
 * Pools of QUIC streams that are open ahead of use: {@link io.quicpool.QuicPools} opens a {@link io.quicpool.ClientPool}
 * or a {@link io.quicpool.ServerPool}, and both hand out {@link io.quicpool.PooledStream}s.
 */
@NullMarked
package io.quicpool;

import org.jspecify.annotations.NullMarked;
