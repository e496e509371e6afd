/** The one jar, unchanged, in packaged applications of the containers that users run; each in a separate process. */
@NullMarked
package io.quicpool.it.containers;

import org.jspecify.annotations.NullMarked;
