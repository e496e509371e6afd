/**
 * The engine over Netty's QUIC codec, which contains Cloudflare's quiche. Only this package refers to Netty. Internal.
 *
 * <p>All work of a connection is done on one event loop, the same for all connections of a pool. Callers' threads hand work over to it.
 * Nothing in this package blocks it.
 */
@NullMarked
package io.quicpool.transport.netty;

import org.jspecify.annotations.NullMarked;
