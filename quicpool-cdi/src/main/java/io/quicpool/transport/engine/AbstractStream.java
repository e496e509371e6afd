package io.quicpool.transport.engine;

import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of all engines have in common: what each end means, and the listeners. {@link StreamInput} and {@link StreamOutput}
 * have the states. Any thread.
 */
public abstract class AbstractStream implements EngineStream {

    /** What waits for data, or for data or the end. */
    private record Pending(int bytes, boolean orEnd, Runnable action) {}

    // Not an AtomicReference for each: a pool has many idle streams.
    private static final AtomicReferenceFieldUpdater<AbstractStream, @Nullable Pending> PENDING =
            AtomicReferenceFieldUpdater.newUpdater(AbstractStream.class, Pending.class, "pending");
    private static final AtomicReferenceFieldUpdater<AbstractStream, @Nullable Runnable> WHEN_ENDED =
            AtomicReferenceFieldUpdater.newUpdater(AbstractStream.class, Runnable.class, "whenEnded");
    private static final AtomicReferenceFieldUpdater<AbstractStream, @Nullable Runnable> WHEN_STOPPED =
            AtomicReferenceFieldUpdater.newUpdater(AbstractStream.class, Runnable.class, "whenStopped");

    private volatile @Nullable Pending pending;
    private volatile @Nullable Runnable whenEnded;
    private volatile @Nullable Runnable whenStopped;
    private volatile long peerError = -1;

    // ---- what the engine adds

    @Override
    public abstract AbstractConnection connection();

    @Override
    public abstract StreamInput input();

    @Override
    public abstract StreamOutput output();

    /** Calls {@link #fireIfReadable} soon, on a thread of the engine. */
    protected abstract void checkReadable();

    /** Runs a task that sends frames, on the engine's thread if it needs that. In order. */
    protected abstract void execute(Runnable task);

    /** Sends RESET_STREAM. By {@link #execute}. */
    protected abstract void sendReset(long applicationErrorCode);

    /** Sends STOP_SENDING, unless the peer's direction has ended. Called once, by {@link #execute}. */
    protected abstract void sendStopSending(long applicationErrorCode);

    /** The stream was closed in order. By {@link #execute}. */
    protected abstract void closed();

    // ---- state

    @Override
    public final boolean alive() {
        return output().isOpen() && input().isReadable() && connection().alive();
    }

    // By the peer or the loss of the connection.
    private boolean isEnded() {
        return output().isCutOff() || !input().isReadable() || !connection().alive();
    }

    @Override
    public final boolean finished() {
        return input().isFinished();
    }

    @Override
    public final long peerError() {
        return peerError;
    }

    // ---- listeners

    @Override
    public final void whenReadable(int bytes, Runnable action) {
        pending = new Pending(bytes, false, action);
        // The data may be there already.
        checkReadable();
    }

    @Override
    public final void whenReadReturns(Runnable action) {
        pending = new Pending(1, true, action);
        if (isInputAtEnd()) {
            inputEnded();
        } else {
            checkReadable();
        }
    }

    // A read that finds no data returns -1 or throws.
    private boolean isInputAtEnd() {
        return !input().isReadable() || !input().isReading() || input().isLost();
    }

    private void inputEnded() {
        Pending wanted = pending;
        if (wanted != null && wanted.orEnd && isInputAtEnd()) {
            connection().deliver(() -> fire(wanted));
        }
    }

    private void fire(Pending wanted) {
        if (PENDING.compareAndSet(this, wanted, null)) {
            EngineEvents.guarded(wanted.action);
        }
    }

    /** Whether an action waits for data. */
    protected final boolean isAwaited() {
        return pending != null;
    }

    /** Runs the action if it can read enough, or all before the FIN. Returns whether nothing is awaited any more. */
    protected final boolean fireIfReadable(long unread, boolean last) {
        Pending wanted = pending;
        if (wanted == null || (isEnded() && !wanted.orEnd)) {
            return true;
        }
        if (unread < wanted.bytes && !(last && unread > 0) && !(wanted.orEnd && isInputAtEnd())) {
            return false;
        }
        fire(wanted);
        return true;
    }

    @Override
    public final void whenEnded(Runnable action) {
        whenEnded = action;
        if (isEnded()) {
            ended();
        }
    }

    /** Tells the listener that the peer, or the loss of the connection, has ended the stream. */
    protected final void ended() {
        Runnable action = whenEnded;
        if (action != null && WHEN_ENDED.compareAndSet(this, action, null)) {
            connection().deliver(action);
        }
        inputEnded();
    }

    @Override
    public final void whenStopped(Runnable action) {
        whenStopped = action;
        if (output().isCutOff() || output().isReset() || !connection().alive()) {
            sendingEnded();
        }
    }

    private void sendingEnded() {
        Runnable action = whenStopped;
        if (action != null && WHEN_STOPPED.compareAndSet(this, action, null)) {
            connection().deliver(action);
        }
    }

    // ---- what the peer does

    /** Everything that came before the FIN is read. Does nothing without a FIN. */
    public final void allRead() {
        if (input().allRead()) {
            ended();
        }
    }

    /** The peer has sent something that nobody reads: it is told to stop, if reading was closed. */
    protected final void unreadDataCame() {
        if (input().isIgnoring()) {
            stopReceiving(0);
        }
    }

    /** The peer has sent RESET_STREAM. */
    protected final void resetReceived(long applicationErrorCode) {
        peerError = applicationErrorCode;
        input().peerReset();
        ended();
    }

    /** The peer has sent STOP_SENDING, with this code or, if it is -1, an unknown one. {@link #ended} follows, maybe later. */
    protected final void stopSendingReceived(long applicationErrorCode) {
        peerError = applicationErrorCode < 0 ? peerError : applicationErrorCode;
        output().end(StreamOutput.State.STOPPED);
        sendingEnded();
    }

    /** The stream has ended with its connection, or by an error of the engine. */
    public final void lost(@Nullable Throwable why) {
        // In this order: a reader that is woken may write at once.
        output().lost(why);
        input().lost(why);
        ended();
        sendingEnded();
    }

    // ---- what this side does

    @Override
    public final void writeLast(byte[] bytes, int offset, int length) throws IOException {
        output().writeLast(bytes, offset, length);
    }

    @Override
    public final void close() {
        output().close();
        input().close();
        pending = null;
        whenEnded = null;
        whenStopped = null;
        execute(this::closed);
    }

    @Override
    public final void stopReceiving(long applicationErrorCode) {
        if (input().stop()) {
            execute(() -> sendStopSending(applicationErrorCode));
        }
        inputEnded();
    }

    @Override
    public final void reset(long applicationErrorCode) {
        PENDING.updateAndGet(this, wanted -> wanted != null && wanted.orEnd ? wanted : null);
        whenEnded = null;
        boolean stops = input().stop();
        output().end(StreamOutput.State.RESET_SENT);
        // One task, so that no event of the engine comes between.
        execute(() -> {
            sendReset(applicationErrorCode);
            if (stops) {
                sendStopSending(applicationErrorCode);
            }
        });
        inputEnded();
        sendingEnded();
    }

    @Override
    public String toString() {
        return "stream of " + connection() + ": receiving " + input() + ", sending " + output()
                + (isAwaited() ? ", awaited" : "");
    }
}
