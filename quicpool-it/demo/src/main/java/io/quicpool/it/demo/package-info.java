/** The demo: a Quarkus application with pools, traffic, a peer in a separate process, and a page that shows it all live. */
@NullMarked
package io.quicpool.it.demo;

import org.jspecify.annotations.NullMarked;
