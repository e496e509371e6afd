/**
 * Requests of a client pool: one stream each, repeated only where no handler can have got them. Internal, and public only for
 * {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.requests;

import org.jspecify.annotations.NullMarked;
