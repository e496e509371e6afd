package io.quicpool.transport.kwik;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineEvents;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicStream;

/**
 * A stream of kwik. What the peer does to it is told by the connection, which sees the packets; what is readable is said by
 * the watcher.
 *
 * <p>Dead is final. Whether the receiving side has been stopped, and how long what the peer sent is, is kept so that the
 * connection's flow control gets back what kwik forgets; see {@link FlowRepair}.
 */
final class KwikStream implements EngineStream {

    private record Pending(int bytes, Runnable action) {}

    /** What its peer's credit knows of it. */
    private enum Use {
        NONE,
        IN_USE,
        ENDED
    }

    private final KwikConnection connection;
    private final QuicStream quic;
    private final KwikInput input;
    private final KwikOutput output;
    private final FlowRepair repair;
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> whenEnded = new AtomicReference<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean toldToStop = new AtomicBoolean();
    private final AtomicInteger pieces = new AtomicInteger();
    private final AtomicReference<Use> use = new AtomicReference<>(Use.NONE);
    private volatile boolean dead;
    private volatile boolean reset;
    private volatile long peerError = -1;
    // How far the peer's data reaches, as seen in the packets; kwik may still be about to put it into the stream.
    private volatile long coming;
    // The watcher's own.
    private long lookedSince;

    /** Wraps kwik's stream. What came before this, and was not seen, is given as {@code coming}. */
    KwikStream(KwikConnection connection, QuicStream quic, long coming) {
        this.coming = coming;
        this.connection = connection;
        this.quic = quic;
        KwikInternals.steady(quic);
        this.repair = new FlowRepair(connection.quic(), quic);
        this.input = new KwikInput(this, quic.getInputStream());
        this.output = new KwikOutput(this, quic.getOutputStream());
    }

    @Override
    public Connection connection() {
        return connection;
    }

    KwikConnection kwik() {
        return connection;
    }

    int number() {
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
        if (dead || !connection.alive() || repair.finalSize() == input.count()) {
            return false;
        }
        try {
            // Sends nothing and never blocks: throws when the output was reset.
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
        // The data may be there, or be on its way into the stream at this very moment.
        connection.watcher().signal(this);
    }

    boolean markSignalled() {
        return signalled.compareAndSet(false, true);
    }

    /** Only the watcher: begins to look, at this time. */
    void lookSince(long nanos) {
        signalled.set(false);
        lookedSince = nanos;
    }

    long lookedSince() {
        return lookedSince;
    }

    /**
     * Only the watcher: runs the action if enough can be read. True when there is nothing to look for: nobody waits, or all
     * that was seen coming is there and it is not enough, so that another packet has to come first.
     */
    boolean fire() {
        Pending wanted = pending.get();
        if (wanted == null || dead) {
            return true;
        }
        // In this order, and each once: what arrives in between is seen as still coming, and looked for again.
        long seen = coming;
        long reached = input.count() + input.available();
        if (!enough(wanted.bytes, reached)) {
            return seen <= reached;
        }
        if (pending.compareAndSet(wanted, null)) {
            EngineEvents.guarded(wanted.action);
        }
        return true;
    }

    // All that will ever come counts as enough: reading it, and the end behind it, does not block.
    private boolean enough(int bytes, long reached) {
        long unread = reached - input.count();
        return unread >= bytes || (unread > 0 && reached == repair.finalSize());
    }

    /** How much was read. */
    long read() {
        return input.count();
    }

    /** A small piece of data comes. */
    void piece() {
        pieces.incrementAndGet();
        connection.pieces().incrementAndGet();
    }

    /** Nothing that has come is kept any more. */
    void drained() {
        if (pieces.get() > 0) {
            connection.pieces().addAndGet(-pieces.getAndSet(0));
        }
    }

    // ---- what the peer does; on kwik's thread, just before kwik does it

    // The only writer is the connection's receiver.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void dataComing(long upTo) {
        coming = Math.max(coming, upTo);
        // Not what was read before, and is sent once more because its acknowledgement was late.
        if (upTo > input.count()) {
            refuseIfUnwanted();
        }
        if (pending.get() != null) {
            connection.watcher().signal(this);
        }
    }

    /** So much has been read: all that will ever come, perhaps. */
    void readTo(long count) {
        // In this order, as is the opposite in finComing: one of the two sees the other.
        if (repair.finalSize() == count) {
            die();
        }
    }

    /** Whether the peer has reset its side. */
    boolean wasReset() {
        return reset;
    }

    void finComing(long finalSize) {
        repair.finalSizeKnown(finalSize, input.count(), false);
        if (finalSize == input.count()) {
            refuseIfUnwanted();
            die();
        } else {
            dataComing(finalSize);
        }
    }

    void resetComing(long finalSize, long code) {
        peerError = code;
        reset = true;
        repair.finalSizeKnown(finalSize, input.count(), true);
        drained();
        die();
    }

    void stopComing(long code) {
        peerError = code;
        // Not before kwik has done its part: two resets at a time would give the peer its credit twice.
        connection.afterThisPacket(() -> repair.sendingAbandoned(code));
        die();
    }

    /** Whoever waits to read is to look again. */
    void wake() {
        input.wake();
    }

    void die() {
        dead = true;
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
        if (dead || !connection.alive()) {
            runWhenDead();
        }
    }

    private void runWhenDead() {
        Runnable action = whenEnded.getAndSet(null);
        if (action != null) {
            connection.watcher().run(action);
        }
    }

    // ---- the end

    @Override
    public void close() {
        output.close();
        connection.delivery().closed(quic);
        noMoreReading();
        ended();
    }

    /**
     * Nothing is read any more. The peer is told so when it sends something, not before: as long as it holds the stream in
     * stock, STOP_SENDING would make it give up what was written for whoever takes it.
     */
    void noMoreReading() {
        input.stop();
        // In this order, as is the opposite in dataComing and finComing: one of the two sees the other.
        if (coming > input.count() || repair.finalSize() >= 0) {
            stopReceiving(0);
        }
    }

    private void refuseIfUnwanted() {
        if (input.isStopped()) {
            stopReceiving(0);
        }
    }

    @Override
    public void reset(long applicationErrorCode) {
        quic.resetStream(applicationErrorCode);
        repair.sendingAbandoned(applicationErrorCode);
        stopReceiving(applicationErrorCode);
        ended();
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        if (!toldToStop.compareAndSet(false, true)) {
            return;
        }
        input.stop();
        repair.stopped(input.count());
        KwikInternals.abortReading(quic, applicationErrorCode);
        drained();
        // When this was the last of the stream, kwik has the peer's new credit in its queue now, and nobody asked to
        // send it.
        KwikInternals.onSender(connection.quic(), () -> {});
    }

    /** Whether nothing that the peer may still do needs a repair: its end is known, and ours has been sent. */
    boolean settled() {
        return repair.done() && !KwikInternals.hasUnsent(quic);
    }

    @Override
    public void inUse() {
        StreamCredit credit = connection.creditOfPeer();
        if (credit != null && use.compareAndSet(Use.NONE, Use.IN_USE)) {
            credit.freed();
        }
    }

    private void ended() {
        StreamCredit credit = connection.creditOfPeer();
        Use before = use.getAndSet(Use.ENDED);
        if (credit != null && before != Use.ENDED) {
            credit.ended(before == Use.IN_USE);
        }
        pending.set(null);
        whenEnded.set(null);
        connection.ended(this);
    }

    @Override
    public String toString() {
        return "stream " + number() + " of " + connection + ": read " + input.count() + ", available "
                + input.available()
                + ", coming " + coming + ", final size " + repair.finalSize()
                + (pending.get() == null ? "" : ", awaited")
                + (signalled.get() ? ", signalled" : "") + (dead ? ", dead" : "");
    }
}
