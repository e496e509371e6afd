/**
 * What a pool reports: counters and the last error, reasons, log lines, events for listeners. Internal, and public only for
 * the other packages of {@code io.quicpool.core}.
 */
@NullMarked
package io.quicpool.core.report;

import org.jspecify.annotations.NullMarked;
