/**
 * The port to a QUIC engine: connect, listen, open a stream, probe it, end it; events come up. Everything above knows only
 * this package; every engine lives in a package of its own below it and is found by name through
 * {@link java.util.ServiceLoader}.
 *
 * <p>No method blocks unless its description says so. Events are raised on threads of the engine, which must not be
 * blocked: hand over and return.
 */
@NullMarked
package io.quicpool.transport;

import org.jspecify.annotations.NullMarked;
