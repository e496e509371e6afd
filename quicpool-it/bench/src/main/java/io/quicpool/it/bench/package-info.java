/** Measures pools beside what a user would take instead: see docs/testing.md. */
@org.jspecify.annotations.NullMarked
package io.quicpool.it.bench;
