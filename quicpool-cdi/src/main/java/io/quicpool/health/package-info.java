/**
 * The readiness check of MicroProfile Health. An extension adds it if that API is present. No other package refers to it.
 */
@NullMarked
package io.quicpool.health;

import org.jspecify.annotations.NullMarked;
