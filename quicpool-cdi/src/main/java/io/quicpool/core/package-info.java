/**
 * The engine behind the API: the stock of idle streams with its waiters, the replenisher, the link with its back-off, the
 * exchange of ids. Internal: nothing here is for users.
 *
 * <p>Who owns what: a pool owns its {@link io.quicpool.core.PoolThreads}, one {@link io.quicpool.core.Stock}, its
 * {@link io.quicpool.core.Metrics}, and its connections. Decisions are taken on the pool's one timer thread; streams are
 * brought by engine threads and taken by callers, which meet in the stock.
 */
@NullMarked
package io.quicpool.core;

import org.jspecify.annotations.NullMarked;
