/**
 * The implementation of the pools: idle streams and their waiters, size checks, connections with back-off, the exchange
 * of ids. Internal: users need nothing of it.
 *
 * <p>A pool owns its {@link io.quicpool.core.PoolThreads}, one {@link io.quicpool.core.IdleStreams}, its
 * {@link io.quicpool.core.Metrics} and its connections. The pool's timer thread makes decisions. Engine threads deliver
 * streams and callers take them; both meet in the idle streams.
 */
@NullMarked
package io.quicpool.core;

import org.jspecify.annotations.NullMarked;
