/**
 * The engine over Netty's QUIC codec, which has Cloudflare's quiche inside; the only code that names Netty. Internal.
 *
 * <p>Everything of a connection happens on one event loop, the same for all connections of a pool. What a caller's thread does is
 * handed over to it; nothing of this package blocks it.
 */
@NullMarked
package io.quicpool.transport.netty;

import org.jspecify.annotations.NullMarked;
