/**
 * Metrics of pools for OpenTelemetry and for Micrometer. Both are optional. In CDI an extension adds a binding if its API is present. No
 * other package refers to this one.
 */
@NullMarked
package io.quicpool.metrics;

import org.jspecify.annotations.NullMarked;
