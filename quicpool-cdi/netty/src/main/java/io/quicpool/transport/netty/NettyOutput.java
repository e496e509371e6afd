package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quicpool.transport.UnsentBytes;
import io.quicpool.transport.engine.StreamOutput;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Data that was written and that quiche has not taken yet. Writing blocks at the {@link #HIGH_WATER_MARK}, or earlier while the whole
 * connection has much to send. What a caller's thread writes is copied once, into memory that quiche can read. On the event loop writing
 * never blocks: only the few bytes of the id exchange are written there.
 */
final class NettyOutput extends StreamOutput {

    /** Bytes that may wait for quiche. */
    static final int HIGH_WATER_MARK = 256 * 1024;

    private final NettyStream stream;
    private final SendBuffers buffers;
    private final UnsentBytes ofConnection;
    // Also guards the transition that close() makes: no data may follow the last.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private int waiting;

    NettyOutput(NettyStream stream, SendBuffers buffers, UnsentBytes ofConnection) {
        super(stream);
        this.stream = stream;
        this.buffers = buffers;
        this.ofConnection = ofConnection;
    }

    @Override
    protected int piece() {
        return ofConnection.most(SendBuffers.SIZE);
    }

    @Override
    protected void send(byte[] bytes, int offset, int length, boolean last) throws IOException, InterruptedException {
        reserve(length);
        ByteBuf copy;
        try {
            copy = buffers.copyOf(bytes, offset, length);
        } catch (RuntimeException | Error e) {
            giveBack(length);
            throw e;
        }
        if (last) {
            finishWithData();
        }
        stream.send(copy, length);
    }

    // What is handed over next is the last data, so the FIN goes with it.
    private void finishWithData() {
        lock.lock();
        try {
            if (finish()) {
                stream.finPending();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    // There is no memory for the bytes.
    private void giveBack(int bytes) {
        sent(bytes);
        if (isFinished()) {
            // The FIN may have waited for them.
            stream.sendFin();
        }
    }

    private void reserve(int bytes) throws IOException, InterruptedException {
        lock.lock();
        try {
            while (true) {
                check();
                long pause = ofConnection.pauseMillis(bytes, waiting, HIGH_WATER_MARK);
                if (pause == UnsentBytes.NO_PAUSE) {
                    break;
                }
                if (stream.onEventLoop()) {
                    throw new IOException("more than " + HIGH_WATER_MARK + " bytes wait to be sent");
                }
                var unused = changed.await(pause, TimeUnit.MILLISECONDS);
            }
            waiting += bytes;
            ofConnection.add(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** quiche has taken this number of bytes. */
    void sent(int bytes) {
        lock.lock();
        try {
            waiting -= bytes;
            ofConnection.add(-bytes);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether only the FIN follows after this number of waiting bytes. */
    boolean endsWith(int bytes) {
        lock.lock();
        try {
            return isFinished() && waiting == bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Whether data waits for quiche. */
    boolean isWaiting() {
        lock.lock();
        try {
            return waiting > 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!finish()) {
                return;
            }
            changed.signalAll();
            stream.finPending();
        } finally {
            lock.unlock();
        }
        stream.sendFin();
    }
}
