/** What the engines share beside the port. No engine is named here, and the core does not know this package. */
@NullMarked
package io.quicpool.transport.engine;

import org.jspecify.annotations.NullMarked;
