/**
 * The engine kwik, in pure Java. Only this package refers to kwik. Its pitfalls, and how each is handled, are in docs/kwik.md. Internal.
 */
@NullMarked
package io.quicpool.transport.kwik;

import org.jspecify.annotations.NullMarked;
