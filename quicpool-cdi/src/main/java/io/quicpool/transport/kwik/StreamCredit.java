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
 * The stream credit of a client (MAX_STREAMS, RFC 9000, section 19.11). kwik gives credit for each stream that has ended; here streams in
 * use do not count either, up to a bound:
 *
 * <pre>limit = min(allowed idle + in use now or ended so far, bound + ended so far)</pre>
 *
 * <p>A stream that was closed here has ended when everything is sent. Until then it counts like an idle one, so a client that takes no
 * answers soon has no credit.
 *
 * <p>The limit never shrinks: when fewer idle streams are allowed, it stays until the sum has caught up. Any thread.
 */
final class StreamCredit {

    private static final @Nullable Field LIMIT = field(StreamManager.class, "currentBidirectionalStreamIdLimit");
    private static final @Nullable Field OWN_RAISES = field(StreamManager.class, "absoluteBidirectionalStreamIdLimit");

    // kwik keeps the limit as a stream id, which is four times the number of streams, in an int.
    private static final long MAX_LIMIT = Integer.MAX_VALUE / 4 - 1;
    private static final int FRAME_SIZE = 9;

    private final QuicConnectionImpl quic;
    private final StreamManager manager;
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private long notInUse;
    private long inUseOrEnded;
    private long ended;
    private long limit;
    private boolean queued;

    private StreamCredit(QuicConnectionImpl quic, StreamManager manager, int limit, int bound) {
        this.quic = quic;
        this.manager = manager;
        this.bound = bound;
        this.limit = limit;
        this.notInUse = limit;
        // Stops kwik from raising the limit by itself.
        set(OWN_RAISES, manager, 0L);
    }

    /** Takes the credit over from kwik, before the first stream. Null where kwik's members are missing. */
    static @Nullable StreamCredit takeOver(QuicConnectionImpl quic, int bound) {
        StreamManager manager = KwikInternals.streams(quic);
        return manager != null && OWN_RAISES != null && get(LIMIT, manager) instanceof Integer limit
                ? new StreamCredit(quic, manager, limit / 4, bound)
                : null;
    }

    /** Sets how many streams may be open that are not in use. */
    void notInUse(int streams) {
        change(streams, 0, 0);
    }

    /** A stream was taken. */
    void streamInUse() {
        change(0, 1, 0);
    }

    /** A stream that was in use is closed. It has not ended before everything is sent. */
    void streamClosed() {
        change(0, -1, 0);
    }

    /** A stream has ended. */
    void streamEnded(boolean wasInUse) {
        change(0, wasInUse ? 0 : 1, 1);
    }

    private void change(int streams, int moreInUseOrEnded, int moreEnded) {
        lock.lock();
        try {
            notInUse = streams > 0 ? streams : notInUse;
            inUseOrEnded += moreInUseOrEnded;
            ended += moreEnded;
            long next = Math.min(MAX_LIMIT, Math.min(notInUse + inUseOrEnded, bound + ended));
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
