/** The demo: a Quarkus application with pools, traffic, a peer in a process of its own, and a page that shows it all live. */
@NullMarked
package io.quicpool.it.demo;

import org.jspecify.annotations.NullMarked;
