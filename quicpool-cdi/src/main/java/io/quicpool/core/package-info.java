/**
 * The implementation of the pools. Internal: users need nothing of it. This package puts the parts together: it opens a pool
 * from its settings, runs its periodic check, decides how many streams a client pool keeps open, and closes it. The parts are
 * the packages below; docs/design.md says which may use which.
 *
 * <p>A pool owns its {@linkplain io.quicpool.core.threads.PoolThreads threads}, its
 * {@linkplain io.quicpool.core.streams.PoolStreams streams}, its {@linkplain io.quicpool.core.report.Metrics metrics} and its
 * connections. The pool's timer thread makes decisions. Engine threads deliver streams and callers take them; both meet in
 * the idle streams.
 */
@NullMarked
package io.quicpool.core;

import org.jspecify.annotations.NullMarked;
