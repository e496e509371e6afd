/** The engine netty as it is shipped: with Netty inside, under another name. */
@NullMarked
package io.quicpool.it.engines;

import org.jspecify.annotations.NullMarked;
