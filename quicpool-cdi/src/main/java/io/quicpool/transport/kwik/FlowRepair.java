package io.quicpool.transport.kwik;

import java.util.concurrent.atomic.AtomicBoolean;
import tech.kwik.core.QuicStream;
import tech.kwik.core.impl.QuicConnectionImpl;

/**
 * Gives back what kwik 0.10.6 forgets when a stream ends early:
 *
 * <ul>
 *   <li>When reading is aborted, what was not read is never credited to the connection's receive window, which shrinks with
 *       each such stream until nothing can be sent any more. Repaired when the final size is known.
 *   <li>When sending is reset, the stream stays in the tables of flow control for the life of the connection.
 *   <li>When the peer stops a stream whose FIN still waits behind unsent data, nothing happens: data and stream stay for
 *       ever, and the peer's credit with them.
 * </ul>
 *
 * Each has a test that fails without it (KwikTrapsTest).
 */
final class FlowRepair {

    private final QuicConnectionImpl connection;
    private final QuicStream stream;
    private final AtomicBoolean credited = new AtomicBoolean();
    private final AtomicBoolean forgotten = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile long finalSize = -1;

    FlowRepair(QuicConnectionImpl connection, QuicStream stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /** How many bytes the peer sends in all; -1 while that is not known. */
    long finalSize() {
        return finalSize;
    }

    /** The peer says how much it sends in all. On kwik's thread, just before kwik processes it. */
    void finalSizeKnown(long size, long read, boolean byReset) {
        if (byReset && !stopped) {
            // kwik credits the rest itself, as it should.
            credited.set(true);
        }
        finalSize = size;
        if (stopped) {
            credit(read);
        }
    }

    /** Reading is stopped on this side. */
    void stopped(long read) {
        stopped = true;
        if (finalSize >= 0) {
            credit(read);
        }
    }

    private void credit(long read) {
        long unread = finalSize - read;
        if (credited.compareAndSet(false, true) && unread > 0) {
            KwikInternals.creditConnection(connection, (int) Math.min(unread, Integer.MAX_VALUE));
        }
    }

    /** Whether nothing that this side receives is left to repair. */
    boolean done() {
        return credited.get() || finalSize >= 0;
    }

    /**
     * Sending ends without having come to its end: it was reset on this side, or the peer wants no more and kwik has reset
     * it, if it did.
     */
    // On the sender's own thread, so that none of it happens in the middle of sending a frame of the stream: there,
    // kwik would stumble over a stream that is not in the tables, and give up the connection.
    void sendingAbandoned(long code) {
        KwikInternals.onSender(connection, () -> {
            if (KwikInternals.abandonUnsent(stream, code) && forgotten.compareAndSet(false, true)) {
                KwikInternals.forgetFlow(connection, stream);
            }
        });
    }
}
