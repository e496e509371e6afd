package io.quicpool.transport.kwik;

import java.util.concurrent.locks.ReentrantLock;
import tech.kwik.core.ConnectionConfig;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;

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

    // kwik keeps the limit as a stream id, which is four times the number of streams, in an int.
    static final int MAX_LIMIT = Integer.MAX_VALUE / 4 - 1;
    private static final int FRAME_SIZE = 9;

    private final QuicConnectionImpl quic;
    private final int bound;
    private final ReentrantLock lock = new ReentrantLock();
    // Written under lock.
    private volatile long limit;
    // Guarded by lock.
    private long notInUse;
    private long inUseOrEnded;
    private long ended;
    private boolean queued;

    private StreamCredit(QuicConnectionImpl quic, long limit, int bound) {
        this.quic = quic;
        this.bound = bound;
        this.limit = limit;
        this.notInUse = limit;
    }

    /**
     * Takes the credit over from kwik, before the first stream.
     *
     * @param unlimited with it kwik opens as many streams as there can be, and gives no credit by itself
     */
    static StreamCredit takeOver(GatedConnection quic, int bound, ConnectionConfig unlimited) {
        quic.streams().initialize(unlimited);
        return new StreamCredit(quic, quic.parameters().initialMaxStreams(), bound);
    }

    /** How many streams the peer may have opened in all. */
    long limit() {
        return limit;
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
