/**
 * The port over kwik, a QUIC engine in pure Java. The only code that knows kwik, and what it does to the unwary; what was
 * measured of it is in docs/kwik.md. Internal.
 */
@NullMarked
package io.quicpool.transport.kwik;

import org.jspecify.annotations.NullMarked;
