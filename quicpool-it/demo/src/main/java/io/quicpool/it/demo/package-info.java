/** The demo: a server pool and a client pool over loopback, and what happens when the server goes away for a while. */
@NullMarked
package io.quicpool.it.demo;

import org.jspecify.annotations.NullMarked;
