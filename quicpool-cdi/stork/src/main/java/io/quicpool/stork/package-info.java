/** Targets of client pools from the service discovery of SmallRye Stork. */
@NullMarked
package io.quicpool.stork;

import org.jspecify.annotations.NullMarked;
