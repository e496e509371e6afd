/**
 * The port between pools and QUIC engines: connect, listen, open, probe and end streams; engines report events. The core knows only
 * this package. Each engine has a package of its own below it, and {@link java.util.ServiceLoader} finds it by name.
 *
 * <p>No method blocks unless its description says so. Events come on threads of the engine, which must not be blocked: hand over and
 * return.
 *
 * <p>It is for engines, and may change with each version.
 */
@NullMarked
package io.quicpool.transport;

import org.jspecify.annotations.NullMarked;
