package io.quicpool.transport.kwik;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicStream;

/**
 * A stream of kwik. {@link KwikStreams} passes on what the peer does to it; the {@link ReadinessPoller} finds out what is readable.
 *
 * <p>{@code ended} is final. {@link FlowRepair} remembers whether receiving was stopped, and the final size, so that it can give back the
 * flow control credit that kwik forgets.
 */
final class KwikStream implements EngineStream {

    private record Pending(int bytes, Runnable action) {}

    /** How {@link StreamCredit} counts the stream. */
    private enum CreditState {
        NONE,
        IN_USE,
        /** Closed, and not everything is sent. */
        UNSENT,
        ENDED
    }

    private final KwikConnection connection;
    private final QuicStream quic;
    private final KwikInput input;
    private final KwikOutput output;
    private final @Nullable SteadySendBuffer sendBuffer;
    private final FlowRepair repair;
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> whenEnded = new AtomicReference<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean stopSendingSent = new AtomicBoolean();
    private final AtomicInteger smallPieces = new AtomicInteger();
    private final AtomicReference<CreditState> creditState = new AtomicReference<>(CreditState.NONE);
    private volatile boolean ended;
    private volatile boolean reset;
    private volatile boolean released;
    private volatile long peerError = -1;
    // How far the peer's data reaches, as seen in packets. kwik may not have put it into the stream yet. Two threads
    // raise it: frames of a new stream are replayed on kwik's callback thread while the receiver shows the next ones.
    private final AtomicLong seenUpTo;
    // Only for the poller's thread.
    private long pollingSince;

    /** Wraps kwik's stream. {@code seenUpTo} is how much data came before this, which was not seen in packets. */
    KwikStream(KwikConnection connection, QuicStream quic, long seenUpTo) {
        this.seenUpTo = new AtomicLong(seenUpTo);
        this.connection = connection;
        this.quic = quic;
        this.sendBuffer =
                KwikInternals.replaceSendBuffer(quic, connection.streams().unsent());
        this.repair = new FlowRepair(connection.quic(), quic);
        this.input = new KwikInput(this, quic.getInputStream());
        this.output = new KwikOutput(this, quic.getOutputStream(), sendBuffer);
    }

    @Override
    public Connection connection() {
        return connection;
    }

    KwikConnection kwik() {
        return connection;
    }

    int streamId() {
        return quic.getStreamId();
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public boolean alive() {
        if (ended || !connection.alive() || repair.finalSize() == input.bytesRead()) {
            return false;
        }
        try {
            // Sends nothing and never blocks. Throws when the output was reset.
            quic.getOutputStream().flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    // ---- what is readable

    @Override
    public void whenReadable(int bytes, Runnable action) {
        pending.set(new Pending(bytes, action));
        // The data may be there already, or kwik may be putting it into the stream right now.
        connection.poller().signal(this);
    }

    boolean markSignalled() {
        return signalled.compareAndSet(false, true);
    }

    /** Polling starts at this time. On the poller's thread. */
    void startPolling(long nanos) {
        signalled.set(false);
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
        Pending wanted = pending.get();
        if (wanted == null || ended) {
            return true;
        }
        // In this order: data that arrives between the two reads is then polled for again, and not missed.
        long seen = seenUpTo.get();
        long reached = input.bytesRead() + input.available();
        if (!isEnough(wanted.bytes, reached)) {
            return seen <= reached;
        }
        if (pending.compareAndSet(wanted, null)) {
            EngineEvents.guarded(wanted.action);
        }
        return true;
    }

    // Everything up to the final size is enough: reading it, and the end after it, does not block.
    private boolean isEnough(int bytes, long reached) {
        long unread = reached - input.bytesRead();
        return unread >= bytes || (unread > 0 && reached == repair.finalSize());
    }

    long bytesRead() {
        return input.bytesRead();
    }

    /** How far the peer's data reaches, as seen in packets. */
    long seenUpTo() {
        return seenUpTo.get();
    }

    /** A small piece of data arrives, see {@link FrameGuard#SMALL_PIECE}. */
    void countSmallPiece() {
        smallPieces.incrementAndGet();
        connection.streams().smallPieces().incrementAndGet();
    }

    /** kwik keeps no data of this stream any more. */
    void clearSmallPieces() {
        if (smallPieces.get() > 0) {
            connection.streams().smallPieces().addAndGet(-smallPieces.getAndSet(0));
        }
    }

    // ---- frames of the peer; on kwik's receiver thread, just before kwik processes them

    void onData(long upTo) {
        seenUpTo.accumulateAndGet(upTo, Math::max);
        // Not for data that was read and is retransmitted because its acknowledgement was late.
        if (upTo > input.bytesRead()) {
            stopIfNotReading();
        }
        if (pending.get() != null) {
            connection.poller().signal(this);
        }
    }

    /** So many bytes have been read, which may be all. */
    void onRead(long count) {
        // The count is set before the final size is read; onFin does the opposite. So one of the two sees both.
        if (repair.finalSize() == count) {
            markEnded();
        }
    }

    boolean isReset() {
        return reset;
    }

    void onFin(long finalSize) {
        repair.finalSizeKnown(finalSize, input.bytesRead(), false);
        if (finalSize == input.bytesRead()) {
            stopIfNotReading();
            markEnded();
        } else {
            onData(finalSize);
        }
    }

    void onReset(long finalSize, long code) {
        peerError = code;
        reset = true;
        repair.finalSizeKnown(finalSize, input.bytesRead(), true);
        clearSmallPieces();
        markEnded();
    }

    void onStopSending(long code) {
        peerError = code;
        // Only after kwik has processed the frame: two resets at a time would give the peer its credit twice.
        connection.streams().afterPacketProcessed(() -> repair.sendingAbandoned(code));
        markEnded();
    }

    /** A blocked reader must check again. */
    void wake() {
        input.wake();
    }

    void markEnded() {
        ended = true;
        input.wake();
        runWhenDead();
    }

    @Override
    public boolean finished() {
        return repair.finalSize() >= 0 && !reset;
    }

    @Override
    public long peerError() {
        return peerError;
    }

    @Override
    public void whenEnded(Runnable action) {
        whenEnded.set(action);
        if (ended || !connection.alive()) {
            runWhenDead();
        }
    }

    private void runWhenDead() {
        Runnable action = whenEnded.getAndSet(null);
        if (action != null) {
            connection.poller().run(action);
        }
    }

    // ---- the end

    @Override
    public void close() {
        output.close();
        connection.undelivered().add(quic);
        stopReading();
        creditWhenSent();
        endedHere();
    }

    /**
     * Nothing is read from now on. STOP_SENDING follows only if the peer has sent or sends something: a peer that holds the stream as
     * idle would evict it on STOP_SENDING, and lose what was written to it.
     */
    void stopReading() {
        input.stop();
        // Stopped first, then read what was seen; onData and onFin do the opposite. So one of the two sees both.
        if (seenUpTo.get() > input.bytesRead() || repair.finalSize() >= 0) {
            stopReceiving(0);
        }
    }

    private void stopIfNotReading() {
        if (input.isStopped()) {
            stopReceiving(0);
        }
    }

    @Override
    public void reset(long applicationErrorCode) {
        quic.resetStream(applicationErrorCode);
        repair.sendingAbandoned(applicationErrorCode);
        stopReceiving(applicationErrorCode);
        creditEnded();
        endedHere();
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        if (!stopSendingSent.compareAndSet(false, true)) {
            return;
        }
        input.stop();
        repair.stopped(input.bytesRead());
        KwikInternals.abortReading(quic, applicationErrorCode);
        clearSmallPieces();
        // If this ended the stream, kwik has queued the peer's new credit and does not send it by itself.
        KwikInternals.onSender(connection.quic(), () -> {});
    }

    /** Whether the stream needs no repair any more: the peer's end is known, and ours has been sent. */
    boolean isReleasable() {
        return repair.isDone() && !KwikInternals.hasUnsent(quic);
    }

    @Override
    public void inUse() {
        StreamCredit credit = connection.peerCredit();
        if (credit != null && creditState.compareAndSet(CreditState.NONE, CreditState.IN_USE)) {
            credit.streamInUse();
        }
    }

    // A peer that does not take what is sent to it gets no credit for more.
    private void creditWhenSent() {
        StreamCredit credit = connection.peerCredit();
        CreditState before = creditState.getAndUpdate(state -> state == CreditState.ENDED ? state : CreditState.UNSENT);
        if (credit != null && before == CreditState.IN_USE) {
            credit.streamClosed();
        }
        if (sendBuffer == null) {
            creditEnded();
        } else {
            sendBuffer.whenSent(this::creditEnded);
        }
    }

    private void creditEnded() {
        StreamCredit credit = connection.peerCredit();
        CreditState before = creditState.getAndSet(CreditState.ENDED);
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
        if (released && creditState.get() == CreditState.ENDED) {
            connection.streams().forget(this);
        }
    }

    private void endedHere() {
        pending.set(null);
        whenEnded.set(null);
        connection.streams().ended(this);
    }

    @Override
    public String toString() {
        return "stream " + streamId() + " of " + connection + ": read " + input.bytesRead() + ", available "
                + input.available()
                + ", coming " + seenUpTo + ", final size " + repair.finalSize()
                + (pending.get() == null ? "" : ", awaited")
                + (signalled.get() ? ", signalled" : "") + (ended ? ", dead" : "");
    }
}
