/**
 * The threads and the timer of a pool. Internal, and public only for the other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.threads;

import org.jspecify.annotations.NullMarked;
