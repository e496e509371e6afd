package io.quicpool.transport.kwik;

import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final KwikConnection connection;
    private final QuicStream quic;
    private final KwikInput input;
    private final KwikOutput output;
    private final FlowRepair repair;
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();
    private final AtomicReference<@Nullable Runnable> whenDead = new AtomicReference<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private volatile boolean dead;
    // The watcher's own.
    private long lookUntil;

    KwikStream(KwikConnection connection, QuicStream quic) {
        this.connection = connection;
        this.quic = quic;
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

    FlowRepair repair() {
        return repair;
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
        if (dead || !connection.alive()) {
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

    boolean awaited() {
        return pending.get() != null;
    }

    boolean markSignalled() {
        return signalled.compareAndSet(false, true);
    }

    /** Only the watcher: looks at this stream from now until then. */
    void lookUntil(long nanos) {
        signalled.set(false);
        lookUntil = nanos;
    }

    boolean overdue(long now) {
        return now - lookUntil > 0;
    }

    /** Only the watcher: runs the action if enough can be read; true when there is nothing more to look for. */
    boolean fire() {
        Pending wanted = pending.get();
        if (wanted == null || dead) {
            return true;
        }
        if (!readable(wanted.bytes)) {
            return false;
        }
        if (pending.compareAndSet(wanted, null)) {
            Watcher.guarded(wanted.action);
        }
        return true;
    }

    // All that will ever come counts as enough: reading it, and the end behind it, does not block.
    private boolean readable(int bytes) {
        int available = input.available();
        long last = repair.finalSize();
        return available >= bytes || (last >= 0 && available > 0 && input.count() + available >= last);
    }

    // ---- what the peer does; on kwik's thread, just before kwik does it

    void dataComing() {
        if (awaited()) {
            connection.watcher().signal(this);
        }
    }

    void finComing(long finalSize) {
        repair.finalSizeKnown(finalSize, input.count(), false);
        if (finalSize == input.count()) {
            die();
        } else {
            dataComing();
        }
    }

    void resetComing(long finalSize) {
        repair.finalSizeKnown(finalSize, input.count(), true);
        die();
    }

    void stopComing() {
        repair.peerStopped();
        die();
    }

    void die() {
        dead = true;
        runWhenDead();
    }

    @Override
    public void whenDead(Runnable action) {
        whenDead.set(action);
        if (dead || !connection.alive()) {
            runWhenDead();
        }
    }

    private void runWhenDead() {
        Runnable action = whenDead.getAndSet(null);
        if (action != null) {
            connection.watcher().run(action);
        }
    }

    // ---- the end

    @Override
    public void close() {
        output.close();
        stopReceiving(0);
        ended();
    }

    @Override
    public void reset(long applicationErrorCode) {
        quic.resetStream(applicationErrorCode);
        repair.outputReset(output.closed());
        stopReceiving(applicationErrorCode);
        ended();
    }

    @Override
    public void stopReceiving(long applicationErrorCode) {
        input.stop();
        repair.stopped(input.count());
        quic.abortReading(applicationErrorCode);
    }

    private void ended() {
        pending.set(null);
        whenDead.set(null);
        connection.ended(this);
    }
}
