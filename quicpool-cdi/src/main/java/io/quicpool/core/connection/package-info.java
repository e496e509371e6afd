/**
 * The connections of a client pool: which address, when to reconnect, how many. It knows nothing of pooled streams. Internal,
 * and public only for the other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.connection;

import org.jspecify.annotations.NullMarked;
