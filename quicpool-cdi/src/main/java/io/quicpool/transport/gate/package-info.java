/**
 * The packets that {@link io.quicpool.transport.Gate} reads and writes, and those that engines wrongly drop. Internal.
 */
@NullMarked
package io.quicpool.transport.gate;

import org.jspecify.annotations.NullMarked;
