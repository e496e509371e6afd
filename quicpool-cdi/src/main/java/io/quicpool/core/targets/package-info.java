/** The targets of a client pool: which it has, and which of them callers get. Internal, public only for {@code io.quicpool.core}. */
@NullMarked
package io.quicpool.core.targets;

import org.jspecify.annotations.NullMarked;
