package io.quicpool.core;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.IntervalBounds;
import io.quicpool.core.exchange.IdRequest;
import java.time.Duration;
import java.util.function.IntSupplier;

/** How capacity and interval follow demand: the rules of the Go package NodePassProject/quic, as pure functions. */
final class Policy {

    static final double LOW = 0.2;
    static final double HIGH = 0.8;
    static final Duration STEP = Duration.ofMillis(100);

    private Policy() {}

    /** Checks a nearly empty pool more often and a nearly full one less often. */
    static Duration interval(Duration interval, int idle, int capacity, IntervalBounds bounds) {
        if (idle < LOW * capacity) {
            return bounds.clamp(interval.minus(STEP));
        }
        return bounds.clamp(idle > HIGH * capacity ? interval.plus(STEP) : interval);
    }

    /**
     * Grows when most of the capacity was taken since the last size check, shrinks when little was. The Go package
     * counts opened streams. That is the same, but also grows after the start, a loss or a flush, without any demand.
     */
    static int capacity(int capacity, long taken, CapacityBounds bounds) {
        if (taken > HIGH * capacity) {
            return bounds.clamp(capacity + 1);
        }
        return bounds.clamp(taken < LOW * capacity ? capacity - 1 : capacity);
    }

    /**
     * How many streams to open now for the capacity and all waiters. The suppliers are read in the order of the
     * parameters, which is the order in which streams move: a stream serves a waiter or becomes idle, and then is no
     * longer opening. A stream that moves meanwhile counts twice, which the next size check corrects. It is never
     * missed, which would open one too many.
     */
    static int missing(
            int capacity,
            IntSupplier opening,
            IntSupplier waiting,
            IntSupplier idle,
            CapacityBounds bounds,
            int credit) {
        int openingNow = opening.getAsInt();
        int target = Math.max(capacity, Math.min(capacity + waiting.getAsInt(), bounds.max()));
        int limit = Math.min(credit, IdRequest.MAX_OPENING - openingNow);
        return Math.max(0, Math.min(target - idle.getAsInt() - openingNow, limit));
    }

    /** Whether so few streams are idle that the pool should not wait for the next regular size check. */
    static boolean isLow(int idle, int capacity) {
        return idle < LOW * capacity;
    }
}
