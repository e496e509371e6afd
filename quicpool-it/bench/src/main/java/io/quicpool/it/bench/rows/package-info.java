/** What is measured: the pools, and what a user would take instead. Each sends a request and gets as many bytes back. */
@org.jspecify.annotations.NullMarked
package io.quicpool.it.bench.rows;
