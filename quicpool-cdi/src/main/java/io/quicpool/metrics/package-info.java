/**
 * Metrics of pools for OpenTelemetry and for Micrometer. Both are optional: the beans look for their library when a pool is opened. No
 * other package refers to this one.
 */
@NullMarked
package io.quicpool.metrics;

import org.jspecify.annotations.NullMarked;
