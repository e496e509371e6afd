package io.quicpool.transport.kwik;

import static io.quicpool.transport.kwik.Reflection.field;
import static io.quicpool.transport.kwik.Reflection.get;
import static io.quicpool.transport.kwik.Reflection.set;

import java.lang.reflect.Field;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.stream.StreamManager;

/**
 * How many streams a client may open (MAX_STREAMS, RFC 9000, section 19.11). kwik lets it open one for each that has ended; here
 * those that are in use do not count, up to a bound:
 *
 * <pre>limit = min(not in use + no longer idle, bound + ended)</pre>
 *
 * <p>Both sums only grow, or stop growing for a while when fewer are to be open. Any thread.
 */
final class StreamCredit {

    private static final @Nullable Field LIMIT = field(StreamManager.class, "currentBidirectionalStreamIdLimit");
    private static final @Nullable Field OWN_RAISES = field(StreamManager.class, "absoluteBidirectionalStreamIdLimit");

    // kwik counts the ids of streams, four for each, in an int.
    private static final long MOST_EVER = Integer.MAX_VALUE / 4 - 1;
    private static final int FRAME_SIZE = 9;

    private final QuicConnectionImpl quic;
    private final StreamManager manager;
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private long notInUse;
    private long freed;
    private long ended;
    private long limit;
    private boolean queued;

    private StreamCredit(QuicConnectionImpl quic, StreamManager manager, int limit, int bound) {
        this.quic = quic;
        this.manager = manager;
        this.bound = bound;
        this.limit = limit;
        this.notInUse = limit;
        // From now on it raises nothing by itself.
        set(OWN_RAISES, manager, 0L);
    }

    /** Takes over from kwik, before the first stream; null where that cannot be done. */
    static @Nullable StreamCredit takeOver(QuicConnectionImpl quic, int bound) {
        StreamManager manager = KwikInternals.streams(quic);
        return manager != null && OWN_RAISES != null && get(LIMIT, manager) instanceof Integer limit
                ? new StreamCredit(quic, manager, limit / 4, bound)
                : null;
    }

    /** How many may be open that are not in use. */
    void notInUse(int streams) {
        change(streams, 0, 0);
    }

    /** A stream is in use. */
    void freed() {
        change(0, 1, 0);
    }

    /** A stream has ended that was in use, or was not. */
    void ended(boolean wasInUse) {
        change(0, wasInUse ? 0 : 1, 1);
    }

    private void change(int streams, int moreFreed, int moreEnded) {
        lock.lock();
        try {
            notInUse = streams > 0 ? streams : notInUse;
            freed += moreFreed;
            ended += moreEnded;
            long next = Math.min(MOST_EVER, Math.min(notInUse + freed, bound + ended));
            if (next <= limit) {
                return;
            }
            limit = next;
            set(LIMIT, manager, (int) (limit * 4));
            if (queued) {
                return;
            }
            queued = true;
        } finally {
            lock.unlock();
        }
        send();
    }

    private void send() {
        quic.send(size -> frame(), FRAME_SIZE, EncryptionLevel.App, lost -> send(), true);
    }

    private QuicFrame frame() {
        lock.lock();
        try {
            queued = false;
            return new MaxStreamsFrame(limit, true);
        } finally {
            lock.unlock();
        }
    }
}
