package io.quicpool;

import io.quicpool.PoolSnapshot.Totals;
import java.time.Duration;
import java.util.Map;

/** Builds {@link Totals}. What is not set is zero, or empty. */
public final class PoolTotalsBuilder {

    long opened;
    long failed;
    long handedOut;
    long timeouts;
    long connects;
    long lost;
    long leaked;
    Map<String, Long> evicted = Map.of();
    Map<String, Long> refused = Map.of();
    Duration waitMean = Duration.ZERO;
    Duration waitMax = Duration.ZERO;
    Duration openMean = Duration.ZERO;
    Duration openMax = Duration.ZERO;

    PoolTotalsBuilder() {}

    /** See {@link Totals#opened}. */
    public PoolTotalsBuilder opened(long value) {
        this.opened = value;
        return this;
    }

    /** See {@link Totals#failed}. */
    public PoolTotalsBuilder failed(long value) {
        this.failed = value;
        return this;
    }

    /** See {@link Totals#handedOut}. */
    public PoolTotalsBuilder handedOut(long value) {
        this.handedOut = value;
        return this;
    }

    /** See {@link Totals#timeouts}. */
    public PoolTotalsBuilder timeouts(long value) {
        this.timeouts = value;
        return this;
    }

    /** See {@link Totals#connects}. */
    public PoolTotalsBuilder connects(long value) {
        this.connects = value;
        return this;
    }

    /** See {@link Totals#lost}. */
    public PoolTotalsBuilder lost(long value) {
        this.lost = value;
        return this;
    }

    /** See {@link Totals#leaked}. */
    public PoolTotalsBuilder leaked(long value) {
        this.leaked = value;
        return this;
    }

    /** See {@link Totals#evicted}. */
    public PoolTotalsBuilder evicted(Map<String, Long> value) {
        this.evicted = value;
        return this;
    }

    /** See {@link Totals#refused}. */
    public PoolTotalsBuilder refused(Map<String, Long> value) {
        this.refused = value;
        return this;
    }

    /** See {@link Totals#waitMean}. */
    public PoolTotalsBuilder waitMean(Duration value) {
        this.waitMean = value;
        return this;
    }

    /** See {@link Totals#waitMax}. */
    public PoolTotalsBuilder waitMax(Duration value) {
        this.waitMax = value;
        return this;
    }

    /** See {@link Totals#openMean}. */
    public PoolTotalsBuilder openMean(Duration value) {
        this.openMean = value;
        return this;
    }

    /** See {@link Totals#openMax}. */
    public PoolTotalsBuilder openMax(Duration value) {
        this.openMax = value;
        return this;
    }

    /** The totals. */
    public Totals build() {
        return new Totals(this);
    }
}
