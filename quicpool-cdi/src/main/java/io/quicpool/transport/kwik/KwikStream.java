package io.quicpool.transport.kwik;

import io.quicpool.transport.engine.AbstractStream;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import tech.kwik.core.QuicStream;

/**
 * A stream of kwik. {@link KwikStreams} passes on what the peer does to it; the {@link ReadinessPoller} finds out what is readable.
 *
 * <p>{@link FlowRepair} remembers whether receiving was stopped, and the final size, so that it can give back the flow control credit that
 * kwik forgets.
 */
final class KwikStream extends AbstractStream {

    /** How {@link StreamCredit} counts the stream. */
    private enum CreditState {
        NONE,
        IN_USE,
        /** Closed, and not everything is sent. */
        UNSENT,
        ENDED
    }

    // Not an atomic object for each: a pool has many idle streams.
    private static final AtomicIntegerFieldUpdater<KwikStream> SIGNALLED =
            AtomicIntegerFieldUpdater.newUpdater(KwikStream.class, "signalled");
    private static final AtomicIntegerFieldUpdater<KwikStream> SMALL_PIECES =
            AtomicIntegerFieldUpdater.newUpdater(KwikStream.class, "smallPieces");
    private static final AtomicLongFieldUpdater<KwikStream> SEEN_UP_TO =
            AtomicLongFieldUpdater.newUpdater(KwikStream.class, "seenUpTo");
    private static final AtomicReferenceFieldUpdater<KwikStream, CreditState> CREDIT_STATE =
            AtomicReferenceFieldUpdater.newUpdater(KwikStream.class, CreditState.class, "creditState");

    private final KwikConnection connection;
    private final QuicStream quic;
    private final KwikInput input;
    private final KwikOutput output;
    private final OutgoingData outgoing;
    private final FlowRepair repair;
    // 1 from a signal to the poller until it polls.
    private volatile int signalled;
    private volatile int smallPieces;
    private volatile CreditState creditState = CreditState.NONE;
    private volatile boolean released;
    // How far the peer's data reaches, as seen in packets. kwik may not have put it into the stream yet. Two threads
    // raise it: frames of a new stream are replayed on kwik's callback thread while the receiver shows the next ones.
    private volatile long seenUpTo;
    // Only for the poller's thread.
    private long pollingSince;

    /** Wraps kwik's stream. {@code seenUpTo} is how much data came before this, which was not seen in packets. */
    KwikStream(KwikConnection connection, QuicStream quic, long seenUpTo) {
        this.seenUpTo = seenUpTo;
        this.connection = connection;
        this.quic = quic;
        this.outgoing = KwikInternals.outgoing(
                connection.quic(), quic, connection.streams().unsent());
        this.repair = new FlowRepair(quic.getInputStream());
        this.input = new KwikInput(this, quic.getInputStream());
        this.output = new KwikOutput(this, outgoing);
    }

    @Override
    public KwikConnection connection() {
        return connection;
    }

    OutgoingData outgoing() {
        return outgoing;
    }

    /** Whether kwik must not see the peer's RESET_STREAM. */
    boolean hidesReset() {
        return repair.hidesReset();
    }

    int streamId() {
        return quic.getStreamId();
    }

    @Override
    public KwikInput input() {
        return input;
    }

    @Override
    public KwikOutput output() {
        return output;
    }

    // ---- what is readable

    @Override
    protected void checkReadable() {
        // kwik may be putting data into the stream right now.
        connection.poller().signal(this);
    }

    boolean markSignalled() {
        return SIGNALLED.compareAndSet(this, 0, 1);
    }

    /** Polling starts at this time. On the poller's thread. */
    void startPolling(long nanos) {
        signalled = 0;
        pollingSince = nanos;
    }

    long pollingSince() {
        return pollingSince;
    }

    /**
     * Runs the action if enough can be read. On the poller's thread.
     *
     * @return whether polling can stop: nobody waits, or all data that was seen has arrived and is not enough
     */
    boolean fireIfReadable() {
        // In this order: data that arrives between the two reads is then polled for again, and not missed.
        long seen = seenUpTo;
        long reached = input.bytesRead() + input.available();
        return fireIfReadable(reached - input.bytesRead(), reached == repair.finalSize()) || seen <= reached;
    }

    long bytesRead() {
        return input.bytesRead();
    }

    /** How far the peer's data reaches, as seen in packets. */
    long seenUpTo() {
        return seenUpTo;
    }

    /** Whether the peer has sent something that was not read, maybe only a FIN. */
    boolean hasUnread() {
        return seenUpTo > input.bytesRead() || repair.finalSize() >= 0;
    }

    /** A small piece of data arrives, see {@link FrameGuard#SMALL_PIECE}. */
    void countSmallPiece() {
        SMALL_PIECES.incrementAndGet(this);
        connection.streams().smallPieces().incrementAndGet();
    }

    /** kwik keeps no data of this stream any more. */
    void clearSmallPieces() {
        if (smallPieces > 0) {
            connection.streams().smallPieces().addAndGet(-SMALL_PIECES.getAndSet(this, 0));
        }
    }

    // ---- frames of the peer; on kwik's receiver thread, just before kwik processes them

    void onData(long upTo) {
        SEEN_UP_TO.accumulateAndGet(this, upTo, Math::max);
        // Not for data that was read and is retransmitted because its acknowledgement was late.
        if (upTo > input.bytesRead()) {
            unreadDataCame();
        }
        if (isAwaited()) {
            connection.poller().signal(this);
        }
    }

    /** So many bytes have been read, which may be all. */
    void onRead(long count) {
        // The count is set before the final size is read; onFin does the opposite. So one of the two sees both.
        if (repair.finalSize() == count) {
            allRead();
        }
    }

    void onFin(long finalSize) {
        repair.fin(finalSize, input.bytesRead());
        input.fin();
        if (finalSize == input.bytesRead()) {
            unreadDataCame();
            allRead();
        } else {
            onData(finalSize);
        }
    }

    void onReset(long finalSize, long code) {
        repair.reset(finalSize, input.bytesRead());
        clearSmallPieces();
        resetReceived(code);
    }

    void onStopSending(long code) {
        stopSendingReceived(code);
        outgoing.reset(code);
        ended();
    }

    // ---- the end

    @Override
    protected void execute(Runnable task) {
        task.run();
    }

    @Override
    protected void sendReset(long code) {
        outgoing.reset(code);
        creditEnded();
        connection.streams().ended(this);
    }

    @Override
    protected void sendStopSending(long code) {
        if (repair.stop(input.bytesRead())) {
            input.abort(quic, code);
        }
        clearSmallPieces();
        // If this ended the stream, kwik has queued the peer's new credit and does not send it by itself.
        KwikInternals.onSender(connection.quic(), () -> {});
    }

    @Override
    protected void closed() {
        connection.undelivered().add(outgoing);
        creditWhenSent();
        connection.streams().ended(this);
    }

    /** Whether the stream needs no repair any more: the peer's end is known, and ours has been sent. */
    boolean isReleasable() {
        return repair.isDone() && !outgoing.hasUnsent();
    }

    @Override
    public void inUse() {
        StreamCredit credit = connection.peerCredit();
        if (credit != null && CREDIT_STATE.compareAndSet(this, CreditState.NONE, CreditState.IN_USE)) {
            credit.streamInUse();
        }
    }

    // A peer that does not take what is sent to it gets no credit for more.
    private void creditWhenSent() {
        StreamCredit credit = connection.peerCredit();
        CreditState before =
                CREDIT_STATE.getAndUpdate(this, state -> state == CreditState.ENDED ? state : CreditState.UNSENT);
        if (credit != null && before == CreditState.IN_USE) {
            credit.streamClosed();
        }
        outgoing.whenSent(this::creditEnded);
    }

    private void creditEnded() {
        StreamCredit credit = connection.peerCredit();
        CreditState before = CREDIT_STATE.getAndSet(this, CreditState.ENDED);
        if (credit != null && before != CreditState.ENDED) {
            credit.streamEnded(before == CreditState.IN_USE);
        }
        forgetIfReleased();
    }

    /** The connection forgets the closed stream once everything is sent. Until then the peer may stop it. */
    void forgetWhenSent() {
        released = true;
        forgetIfReleased();
    }

    private void forgetIfReleased() {
        if (released && creditState == CreditState.ENDED) {
            connection.streams().forget(this);
        }
    }

    @Override
    public String toString() {
        return streamId() + ": " + super.toString() + ", read " + input.bytesRead() + ", coming " + seenUpTo
                + ", final size " + repair.finalSize() + (signalled == 1 ? ", signalled" : "");
    }
}
