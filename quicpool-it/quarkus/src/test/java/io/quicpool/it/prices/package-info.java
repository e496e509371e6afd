/** Tests of the application, as its developers write them. */
@NullMarked
package io.quicpool.it.prices;

import org.jspecify.annotations.NullMarked;
