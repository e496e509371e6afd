package io.quicpool.transport.kwik;

import java.util.concurrent.atomic.AtomicBoolean;
import tech.kwik.core.QuicStream;
import tech.kwik.core.impl.QuicConnectionImpl;

/**
 * Repairs what kwik 0.10.6 leaks when a stream ends early:
 *
 * <ul>
 *   <li>After receiving was aborted, unread bytes are never given back to the connection's receive window. It shrinks with each such
 *       stream until nothing can be received. They are given back here once the final size is known.
 *   <li>After sending was reset, the stream stays in the tables of flow control for the life of the connection.
 *   <li>When the peer stops a stream whose FIN waits behind unsent data, kwik does nothing: the data, the stream and the peer's credit
 *       stay for ever.
 * </ul>
 *
 * <p>KwikTrapsTest has a test for each that fails without the repair.
 */
final class FlowRepair {

    private final QuicConnectionImpl connection;
    private final QuicStream stream;
    private final AtomicBoolean credited = new AtomicBoolean();
    private final AtomicBoolean removedFromFlowControl = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile long finalSize = -1;

    FlowRepair(QuicConnectionImpl connection, QuicStream stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /** How many bytes the peer sends in all; -1 while it is not known. */
    long finalSize() {
        return finalSize;
    }

    /** The peer's FIN or RESET_STREAM has the final size. On kwik's receiver thread, just before kwik processes it. */
    void finalSizeKnown(long size, long read, boolean byReset) {
        if (byReset && !stopped) {
            // kwik gives the rest back by itself.
            credited.set(true);
        }
        finalSize = size;
        if (stopped) {
            credit(read);
        }
    }

    /** Receiving is stopped on this side. */
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

    /** Whether the receiving side needs no repair any more. */
    boolean isDone() {
        return credited.get() || finalSize >= 0;
    }

    /** Sending ends before its FIN: this side has reset it, or the peer has sent STOP_SENDING, for which kwik may have reset it. */
    // On the sender's thread, and so never while that sends a frame of the stream: kwik would then fail for a stream
    // that is not in its tables, and end the connection.
    void sendingAbandoned(long code) {
        KwikInternals.onSender(connection, () -> {
            if (KwikInternals.abandonUnsent(stream, code) && removedFromFlowControl.compareAndSet(false, true)) {
                KwikInternals.removeFromFlowControl(connection, stream);
            }
        });
    }
}
