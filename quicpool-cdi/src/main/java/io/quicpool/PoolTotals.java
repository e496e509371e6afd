package io.quicpool;

import java.time.Duration;
import java.util.Map;

/** Counters since the pool was opened. */
public final class PoolTotals {

    private final long opened;
    private final long failed;
    private final long handedOut;
    private final long timeouts;
    private final long connects;
    private final long lost;
    private final long leaked;
    private final Map<String, Long> evicted;
    private final Map<String, Long> refused;
    private final Duration waitMean;
    private final Duration waitMax;
    private final Duration openMean;
    private final Duration openMax;

    private PoolTotals(Builder from) {
        this.opened = from.opened;
        this.failed = from.failed;
        this.handedOut = from.handedOut;
        this.timeouts = from.timeouts;
        this.connects = from.connects;
        this.lost = from.lost;
        this.leaked = from.leaked;
        this.evicted = Map.copyOf(from.evicted);
        this.refused = Map.copyOf(from.refused);
        this.waitMean = from.waitMean;
        this.waitMax = from.waitMax;
        this.openMean = from.openMean;
        this.openMax = from.openMax;
    }

    /** A builder without any counts. */
    public static Builder builder() {
        return new Builder();
    }

    /** Streams that were opened and got an id. */
    public long opened() {
        return opened;
    }

    /** Streams that could not be opened, or got no id. */
    public long failed() {
        return failed;
    }

    /** Streams that were taken. */
    public long handedOut() {
        return handedOut;
    }

    /** Callers that timed out. */
    public long timeouts() {
        return timeouts;
    }

    /** Connections that were made. */
    public long connects() {
        return connects;
    }

    /** Connections that were lost. */
    public long lost() {
        return lost;
    }

    /**
     * Streams that were not closed: in use for longer than {@code leak-detection-threshold}, or garbage and then reset by the pool.
     */
    public long leaked() {
        return leaked;
    }

    /** Evicted idle streams, by reason; for a flush and a close also those that were being opened. Unmodifiable. */
    public Map<String, Long> evicted() {
        return evicted;
    }

    /** Refused streams, connections, datagrams and callers, by reason. Unmodifiable. */
    public Map<String, Long> refused() {
        return refused;
    }

    /** The mean wait of served callers, without those that found an idle stream. */
    public Duration waitMean() {
        return waitMean;
    }

    /** The longest wait of a served caller. */
    public Duration waitMax() {
        return waitMax;
    }

    /** The mean time from opening a stream to its id. */
    public Duration openMean() {
        return openMean;
    }

    /** The longest time from opening a stream to its id. */
    public Duration openMax() {
        return openMax;
    }

    /** Builds {@link PoolTotals}. What is not set is zero, or empty. */
    public static final class Builder {

        private long opened;
        private long failed;
        private long handedOut;
        private long timeouts;
        private long connects;
        private long lost;
        private long leaked;
        private Map<String, Long> evicted = Map.of();
        private Map<String, Long> refused = Map.of();
        private Duration waitMean = Duration.ZERO;
        private Duration waitMax = Duration.ZERO;
        private Duration openMean = Duration.ZERO;
        private Duration openMax = Duration.ZERO;

        private Builder() {}

        /** See {@link PoolTotals#opened}. */
        public Builder opened(long value) {
            this.opened = value;
            return this;
        }

        /** See {@link PoolTotals#failed}. */
        public Builder failed(long value) {
            this.failed = value;
            return this;
        }

        /** See {@link PoolTotals#handedOut}. */
        public Builder handedOut(long value) {
            this.handedOut = value;
            return this;
        }

        /** See {@link PoolTotals#timeouts}. */
        public Builder timeouts(long value) {
            this.timeouts = value;
            return this;
        }

        /** See {@link PoolTotals#connects}. */
        public Builder connects(long value) {
            this.connects = value;
            return this;
        }

        /** See {@link PoolTotals#lost}. */
        public Builder lost(long value) {
            this.lost = value;
            return this;
        }

        /** See {@link PoolTotals#leaked}. */
        public Builder leaked(long value) {
            this.leaked = value;
            return this;
        }

        /** See {@link PoolTotals#evicted}. */
        public Builder evicted(Map<String, Long> value) {
            this.evicted = value;
            return this;
        }

        /** See {@link PoolTotals#refused}. */
        public Builder refused(Map<String, Long> value) {
            this.refused = value;
            return this;
        }

        /** See {@link PoolTotals#waitMean}. */
        public Builder waitMean(Duration value) {
            this.waitMean = value;
            return this;
        }

        /** See {@link PoolTotals#waitMax}. */
        public Builder waitMax(Duration value) {
            this.waitMax = value;
            return this;
        }

        /** See {@link PoolTotals#openMean}. */
        public Builder openMean(Duration value) {
            this.openMean = value;
            return this;
        }

        /** See {@link PoolTotals#openMax}. */
        public Builder openMax(Duration value) {
            this.openMax = value;
            return this;
        }

        /** The totals. */
        public PoolTotals build() {
            return new PoolTotals(this);
        }
    }
}
