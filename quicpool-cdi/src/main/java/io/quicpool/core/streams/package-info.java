/**
 * The streams of a pool: their states, taking and waiting, evicting, and what a caller sees of a stream in use. Start with
 * {@link io.quicpool.core.streams.Slot}. Internal, and public only for the other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.streams;

import org.jspecify.annotations.NullMarked;
