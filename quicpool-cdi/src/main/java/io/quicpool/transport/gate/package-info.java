/**
 * Limits what unknown clients can use, before an engine sees their datagrams. The same for every engine. Internal.
 */
@NullMarked
package io.quicpool.transport.gate;

import org.jspecify.annotations.NullMarked;
