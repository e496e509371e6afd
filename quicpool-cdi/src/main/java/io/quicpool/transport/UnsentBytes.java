package io.quicpool.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that wait to be sent on all streams of a connection together. While they are many, each stream may add only a few. So a peer
 * that takes nothing makes this side keep little, and a stream whose data the peer takes still moves on. Any thread.
 */
public final class UnsentBytes {

    /** Bytes of a connection. */
    public static final long MANY = 8 << 20;

    /** Bytes of a stream while its connection has many. */
    public static final int FEW = 2048;

    /** The write need not wait. */
    public static final long NO_PAUSE = 0;

    // Other streams may have sent meanwhile.
    private static final long RETRY_MILLIS = 100;

    private static final long UNTIL_SENT = TimeUnit.HOURS.toMillis(1);

    private final AtomicLong total = new AtomicLong();

    /** Makes a count of zero. */
    public UnsentBytes() {}

    /**
     * Bytes were written, or sent.
     *
     * @param bytes how many; less than zero when they were sent
     */
    public void add(long bytes) {
        total.addAndGet(bytes);
    }

    /**
     * How many bytes a stream may hold now.
     *
     * @param usual how many it may hold otherwise
     */
    public int most(int usual) {
        return total.get() < MANY ? usual : FEW;
    }

    /**
     * How many milliseconds a write waits before it asks again, unless its stream sends something first. A stream that holds nothing may
     * always add something.
     */
    public long pauseMillis(int bytes, int held, int usual) {
        if (held == 0 || held + bytes <= most(usual)) {
            return NO_PAUSE;
        }
        return held + bytes <= usual ? RETRY_MILLIS : UNTIL_SENT;
    }
}
