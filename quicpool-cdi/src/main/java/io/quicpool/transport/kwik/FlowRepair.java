package io.quicpool.transport.kwik;

import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The end of what a stream receives, where kwik counts wrongly:
 *
 * <ul>
 *   <li>After receiving was aborted, kwik never gives unread bytes back to the connection's receive window. It would shrink with each such
 *       stream until nothing can be received. They are given back here once the final size is known.
 *   <li>If receiving is aborted and the peer resets the stream too, it counts as ended twice. Here only the first of both is kwik's.
 * </ul>
 *
 * <p>KwikStreamTrapsTest has a test for each that fails without the repair.
 */
final class FlowRepair {

    private enum State {
        RECEIVING,
        /** Aborted on this side. */
        STOPPED,
        /** By the peer. */
        RESET
    }

    private final InputStream input;
    private final AtomicBoolean credited = new AtomicBoolean();
    private final AtomicReference<State> state = new AtomicReference<>(State.RECEIVING);
    private volatile long finalSize = -1;

    /** Makes the repair of a new stream of kwik with this input. */
    FlowRepair(InputStream input) {
        this.input = input;
    }

    /** How many bytes the peer sends in all; -1 while it is not known. */
    long finalSize() {
        return finalSize;
    }

    /** The peer's FIN has the final size. On kwik's receiver thread, just before kwik processes it. */
    void fin(long size, long read) {
        finalSize = size;
        creditIfStopped(read);
    }

    /** The same for RESET_STREAM. kwik must not process it if receiving was stopped before, see {@link #hidesReset}. */
    void reset(long size, long read) {
        if (state.compareAndSet(State.RECEIVING, State.RESET)) {
            // kwik gives the rest back by itself.
            credited.set(true);
        }
        fin(size, read);
    }

    /** Whether kwik must not see a RESET_STREAM that has come. */
    boolean hidesReset() {
        return state.get() == State.STOPPED;
    }

    /** Receiving is stopped on this side. Returns whether kwik may abort it: the peer has not reset the stream before. */
    boolean stop(long read) {
        boolean first = state.compareAndSet(State.RECEIVING, State.STOPPED);
        creditIfStopped(read);
        return first;
    }

    // Stopped first, then the final size is read; fin and reset do the opposite. So one of the two sees both.
    private void creditIfStopped(long read) {
        if (state.get() != State.STOPPED || finalSize < 0) {
            return;
        }
        long unread = finalSize - read;
        if (credited.compareAndSet(false, true) && unread > 0) {
            KwikInternals.credit(input, (int) Math.min(unread, Integer.MAX_VALUE));
        }
    }

    /** Whether the receiving side needs no repair any more. */
    boolean isDone() {
        return credited.get() || finalSize >= 0;
    }
}
