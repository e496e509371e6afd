/** Orders: an application for any Jakarta EE server. It reports what its code finds on each thread. */
@NullMarked
package io.quicpool.it.orders;

import org.jspecify.annotations.NullMarked;
