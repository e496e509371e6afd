package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quicpool.transport.UnsentBytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Data that was written and that quiche has not taken yet. Writing blocks at the {@link #HIGH_WATER_MARK}, or earlier while the whole
 * connection has much to send. What a caller's thread writes is copied once, into memory that quiche can read. On the event loop writing
 * never blocks: only the few bytes of the id exchange are written there.
 */
final class NettyOutput extends OutputStream {

    /** Bytes that may wait for quiche. */
    static final int HIGH_WATER_MARK = 256 * 1024;

    private final NettyStream stream;
    private final SendBuffers buffers;
    private final UnsentBytes ofConnection;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private int waiting;
    private boolean closed;
    private @Nullable IOException failure;

    NettyOutput(NettyStream stream, SendBuffers buffers, UnsentBytes ofConnection) {
        this.stream = stream;
        this.buffers = buffers;
        this.ofConnection = ofConnection;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int done = 0;
        while (done < length) {
            int part = Math.min(length - done, ofConnection.most(SendBuffers.SIZE));
            reserve(part);
            ByteBuf data = buffers.copyOf(bytes, offset + done, part);
            stream.send(data, part);
            done += part;
        }
        if (length == 0) {
            flush();
        }
    }

    private void reserve(int bytes) throws IOException {
        lock.lock();
        try {
            while (true) {
                check();
                if (hasRoom(bytes, ofConnection.most(HIGH_WATER_MARK))) {
                    waiting += bytes;
                    ofConnection.add(bytes);
                    return;
                }
                if (stream.onEventLoop()) {
                    throw new IOException("more than " + HIGH_WATER_MARK + " bytes wait to be sent");
                }
                await(hasRoom(bytes, HIGH_WATER_MARK));
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(int bytes, int most) {
        return waiting == 0 || waiting + bytes <= most;
    }

    private void check() throws IOException {
        if (failure != null) {
            throw stream.explain(failure);
        }
        if (closed) {
            throw new IOException("the sending side is closed");
        }
    }

    // Its caller loops.
    @SuppressWarnings("WaitNotInLoop")
    private void await(boolean forOthers) throws InterruptedIOException {
        try {
            if (forOthers) {
                var unused = changed.await(UnsentBytes.RETRY_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted while writing").initCause(e);
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

    /** Nothing more can be sent. */
    void fail(IOException why) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether only the FIN follows after this number of waiting bytes. */
    boolean endsWith(int bytes) {
        lock.lock();
        try {
            return closed && failure == null && waiting == bytes;
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

    /** Only checks whether more can be written: {@link #write} has handed the data over already. */
    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            check();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
            if (failure != null) {
                return;
            }
            stream.finPending();
        } finally {
            lock.unlock();
        }
        stream.sendFin();
    }
}
