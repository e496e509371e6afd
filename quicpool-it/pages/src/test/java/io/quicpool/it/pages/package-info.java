/** Pages that readers follow step by step, followed word for word. */
@NullMarked
package io.quicpool.it.pages;

import org.jspecify.annotations.NullMarked;
