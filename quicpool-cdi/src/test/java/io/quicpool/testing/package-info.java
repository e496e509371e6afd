/** What several tests need. */
@NullMarked
package io.quicpool.testing;

import org.jspecify.annotations.NullMarked;
