package io.quicpool.core;

import io.quicpool.config.CapacityBounds;
import io.quicpool.config.IntervalBounds;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntSupplier;

/** How capacity and interval follow demand: those of the Go package NodePassProject/quic, as pure functions. */
final class Policy {

    static final double LOW = 0.2;
    static final double HIGH = 0.8;
    static final Duration STEP = Duration.ofMillis(100);

    /** How many streams may be on their way at a time; more wait for their turn. */
    static final int MAX_OPENING = 128;

    /**
     * How many streams a client may have open at least where those in use count too, if the stock is as large: such a credit was
     * measured to bear what a hostile client can do with it (docs/netty.md).
     */
    static final int LEAST_WITH_USED = 256;

    /** A client over Netty keeps one stream for what it has in place of a PING. */
    static final int FOR_PING = 1;

    private Policy() {}

    /**
     * The places in a server's stock that each of those clients may have that want all they can get, beside others that hold so many
     * and want no more: who wants less leaves the rest to the others.
     */
    static int share(int capacity, int[] modest, int greedy) {
        int[] ascending = modest.clone();
        Arrays.sort(ascending);
        int left = capacity;
        int sharers = modest.length + greedy;
        for (int each : ascending) {
            if ((long) each * sharers > left) {
                break;
            }
            left -= each;
            sharers--;
        }
        return Math.max(1, left / Math.max(1, sharers));
    }

    /** How many streams a client may have open that are not in use: its share of the places, within the bound. */
    static int credit(int share, int bound) {
        return Math.min(bound, share + FOR_PING);
    }

    /** How many where those in use count too. */
    static int creditWithUsed(int share, int capacity) {
        return Math.max(share, Math.min(capacity, LEAST_WITH_USED)) + FOR_PING;
    }

    /** A stock that is nearly empty is looked at more often, one that is nearly full less often. */
    static Duration interval(Duration interval, int idle, int capacity, IntervalBounds bounds) {
        if (idle < LOW * capacity) {
            return bounds.clamp(interval.minus(STEP));
        }
        return bounds.clamp(idle > HIGH * capacity ? interval.plus(STEP) : interval);
    }

    /**
     * A stock of which most was taken since the last look should be larger, one that stood still smaller. The Go package counts
     * what was opened, which is the same, but also where nobody asked for anything: after the start, a loss or a flush.
     */
    static int capacity(int capacity, long taken, CapacityBounds bounds) {
        if (taken > HIGH * capacity) {
            return bounds.clamp(capacity + 1);
        }
        return bounds.clamp(taken < LOW * capacity ? capacity - 1 : capacity);
    }

    /**
     * How many streams to open now, so that the stock and every waiting caller get theirs. What changes meanwhile is asked for in
     * the order of the parameters: a stream that has come serves a caller or joins the stock, and then is no longer on its way, so
     * one that comes in between counts twice, which the next look mends, and not never, which would open one too many.
     */
    static int missing(
            int capacity,
            IntSupplier opening,
            IntSupplier waiting,
            IntSupplier idle,
            CapacityBounds bounds,
            int credit) {
        int onTheWay = opening.getAsInt();
        int aim = Math.max(capacity, Math.min(capacity + waiting.getAsInt(), bounds.max()));
        int room = Math.min(credit, MAX_OPENING - onTheWay);
        return Math.max(0, Math.min(aim - idle.getAsInt() - onTheWay, room));
    }

    /** Whether the stock has fallen so low that it should be filled up before the next regular look. */
    static boolean low(int idle, int capacity) {
        return idle < LOW * capacity;
    }
}
