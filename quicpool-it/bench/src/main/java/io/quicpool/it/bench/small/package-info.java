/** JMH benchmarks of one call: what a caller of a pool pays, without a network. */
@org.jspecify.annotations.NullMarked
package io.quicpool.it.bench.small;
