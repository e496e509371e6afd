package io.quicpool;

import java.time.Duration;

/**
 * How long something took in the last minute: the last six intervals of ten seconds, and the one that runs. The percentiles are at most
 * 6.25% or 64 ns off, whichever is more; the maximum is exact.
 *
 * @param count how many there were
 * @param p50 the median; zero when there was none
 * @param p99 99 of 100 took no longer; zero when there was none
 * @param max the longest; zero when there was none
 */
public record RecentTimes(long count, Duration p50, Duration p99, Duration max) {}
