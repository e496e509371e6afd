/**
 * Pools as MXBeans: {@link io.quicpool.jmx.PoolMBeans#register} registers a pool in the platform's MBean server until it closes.
 * The names of the attributes are part of the API.
 */
@NullMarked
package io.quicpool.jmx;

import org.jspecify.annotations.NullMarked;
