/**
 * Pools as MXBeans: {@link io.quicpool.jmx.PoolMBeans#register} puts a pool into the platform's MBean server, where it stays
 * until it closes. The names of the attributes are part of the API.
 */
@NullMarked
package io.quicpool.jmx;

import org.jspecify.annotations.NullMarked;
