/** Orders: an application for any Jakarta EE server; it tells what its code finds where it runs. */
@NullMarked
package io.quicpool.it.orders;

import org.jspecify.annotations.NullMarked;
