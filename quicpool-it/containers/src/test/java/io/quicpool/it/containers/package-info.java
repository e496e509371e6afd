/** The one jar, unchanged, in packaged applications of the containers that users run; each in a process of its own. */
@NullMarked
package io.quicpool.it.containers;

import org.jspecify.annotations.NullMarked;
