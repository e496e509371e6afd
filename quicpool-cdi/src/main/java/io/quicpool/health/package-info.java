/**
 * The readiness check of MicroProfile Health. Added by an extension where that API is present; nothing else knows it.
 */
@NullMarked
package io.quicpool.health;

import org.jspecify.annotations.NullMarked;
