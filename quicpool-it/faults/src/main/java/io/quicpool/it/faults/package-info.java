/** A network that loses, delays, doubles and damages datagrams, for real peers on loopback. */
@NullMarked
package io.quicpool.it.faults;

import org.jspecify.annotations.NullMarked;
