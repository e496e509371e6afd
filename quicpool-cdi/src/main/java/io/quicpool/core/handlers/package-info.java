/**
 * Client-led use of a server pool: streams on which a client writes are passed to a handler, in fair shares. Internal, and
 * public only for the other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.handlers;

import org.jspecify.annotations.NullMarked;
