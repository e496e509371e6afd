/**
 * Which targets a client pool uses. Internal, and public only for the other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.targets;

import org.jspecify.annotations.NullMarked;
