/**
 * Pools by injection: {@code @Inject @QuicPool("orders") ClientPool orders}. The pools are those of the configuration
 * ({@link io.quicpool.config.PoolOptions}); one {@link io.quicpool.cdi.PoolRegistry} opens them at the start of the
 * application, owns them and closes them at its end.
 */
@NullMarked
package io.quicpool.cdi;

import org.jspecify.annotations.NullMarked;
