/**
 * The clients of a server pool: which may connect, and how they share its capacity. Internal, and public only for the other
 * packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.clients;

import org.jspecify.annotations.NullMarked;
