/** Prices: a Quarkus application that answers over a server pool and asks over a client pool. */
@NullMarked
package io.quicpool.it.prices;

import org.jspecify.annotations.NullMarked;
