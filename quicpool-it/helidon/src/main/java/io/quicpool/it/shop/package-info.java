/** Shop: a Helidon MP application that asks two services over client pools. */
@NullMarked
package io.quicpool.it.shop;

import org.jspecify.annotations.NullMarked;
