/** The pages for getting started, followed word for word. */
@NullMarked
package io.quicpool.it.pages;

import org.jspecify.annotations.NullMarked;
