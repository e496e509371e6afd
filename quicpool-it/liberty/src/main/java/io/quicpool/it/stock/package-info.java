/** Stock: an Open Liberty application that answers over a server pool and asks over client pools. */
@NullMarked
package io.quicpool.it.stock;

import org.jspecify.annotations.NullMarked;
