/** The peer tool: one side of a pool in a separate process, driven by lines on standard input. */
@NullMarked
package io.quicpool.it.peer;

import org.jspecify.annotations.NullMarked;
