/** What the programs around the library share. */
@NullMarked
package io.quicpool.it.support;

import org.jspecify.annotations.NullMarked;
