/** Helpers of several tests. */
@NullMarked
package io.quicpool.testing;

import org.jspecify.annotations.NullMarked;
