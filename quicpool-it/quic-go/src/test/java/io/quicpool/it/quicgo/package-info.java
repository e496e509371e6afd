/** Pools of the library against a peer over quic-go. */
@NullMarked
package io.quicpool.it.quicgo;

import org.jspecify.annotations.NullMarked;
