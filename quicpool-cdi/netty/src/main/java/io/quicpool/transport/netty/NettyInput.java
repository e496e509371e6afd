package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quicpool.config.Printable;
import io.quicpool.transport.CloseReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Data that has arrived and is not read yet. The event loop adds data, and requests no more at the {@link #HIGH_WATER_MARK}:
 * quiche's window then fills up, and the peer has to wait. One thread reads, blocking, with one copy into its array.
 *
 * <p>The lock guards all state. It is held for a few instructions and for the copy.
 */
final class NettyInput extends InputStream {

    /** Bytes. At this point no more is requested until half of them are read. */
    static final int HIGH_WATER_MARK = 128 * 1024;

    /** What happened to data that arrived. */
    enum Arrival {
        /** Kept, and there is room for more. */
        MORE,
        /** Kept, and no more is requested: the high water mark is reached, or it was the last data. */
        ENOUGH,
        /** Dropped, since nobody reads any more. */
        REFUSED
    }

    private static final String STOPPED = "receiving was stopped";

    private final NettyStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
    private int unread;
    private boolean requesting = true;
    private boolean finished;
    // Also read without the lock, since each take asks for it.
    private volatile boolean exhausted;
    private boolean stopped;
    private @Nullable IOException failure;

    NettyInput(NettyStream stream) {
        this.stream = stream;
    }

    // ---- on the event loop

    /**
     * Adds data that has arrived. Whether it is refused is decided here, under the lock: a reader that it wakes may have read all of it,
     * and closed the stream, before this returns.
     */
    Arrival put(ByteBuf data, boolean last) {
        lock.lock();
        try {
            boolean refused = stopped && data.isReadable();
            finished |= last;
            if (stopped || failure != null || !data.isReadable()) {
                data.release();
            } else {
                unread += data.readableBytes();
                arrived.add(data);
                if (lock.hasWaiters(changed)) {
                    stream.readerWoken();
                }
            }
            exhausted = finished && unread == 0;
            requesting = !finished && unread < HIGH_WATER_MARK;
            changed.signalAll();
            return refused ? Arrival.REFUSED : requesting ? Arrival.MORE : Arrival.ENOUGH;
        } finally {
            lock.unlock();
        }
    }

    /** The peer has sent RESET_STREAM: unread data is dropped. */
    void reset(IOException why) {
        fail(why, true);
    }

    /** The connection has ended: unread data can still be read. */
    void lost(IOException why) {
        fail(why, false);
    }

    private void fail(IOException why, boolean drop) {
        lock.lock();
        try {
            if (failure == null && !finished) {
                failure = why;
                if (drop) {
                    dropAll();
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- any thread

    int unread() {
        lock.lock();
        try {
            return unread;
        } finally {
            lock.unlock();
        }
    }

    /** Whether reading this number of bytes does not block; fewer are enough when the end follows. */
    boolean canRead(int bytes) {
        lock.lock();
        try {
            return unread >= bytes || (finished && unread > 0);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the peer has sent its FIN and everything is read. Takes no lock. */
    boolean isExhausted() {
        return exhausted;
    }

    boolean isFinished() {
        lock.lock();
        try {
            return finished;
        } finally {
            lock.unlock();
        }
    }

    /** Reading throws from now on, and so does a blocked read. Returns whether unread data was dropped. */
    boolean stop() {
        lock.lock();
        try {
            boolean some = unread > 0;
            stopped = true;
            dropAll();
            changed.signalAll();
            return some;
        } finally {
            lock.unlock();
        }
    }

    private void dropAll() {
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        unread = 0;
        exhausted = finished;
    }

    // ---- the reader

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        boolean more;
        int count;
        lock.lock();
        try {
            while (unread == 0 || stopped) {
                if (stopped) {
                    throw new IOException(STOPPED);
                }
                if (failure != null) {
                    throw new IOException(
                            Printable.said(String.valueOf(failure.getMessage()), CloseReason.MAX_LENGTH),
                            Printable.cause(failure));
                }
                if (finished) {
                    return -1;
                }
                await();
            }
            count = take(buffer, offset, length);
            exhausted = finished && unread == 0;
            more = !requesting && !finished && failure == null && unread < HIGH_WATER_MARK / 2;
            requesting |= more;
        } finally {
            lock.unlock();
        }
        if (more) {
            stream.requestMore();
        }
        return count;
    }

    // Its caller loops.
    @SuppressWarnings("WaitNotInLoop")
    private void await() throws InterruptedIOException {
        try {
            changed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted while reading").initCause(e);
        }
    }

    private int take(byte[] buffer, int offset, int length) {
        int count = 0;
        while (count < length && unread > 0) {
            ByteBuf first = arrived.element();
            int part = Math.min(length - count, first.readableBytes());
            first.readBytes(buffer, offset + count, part);
            count += part;
            unread -= part;
            if (!first.isReadable()) {
                arrived.remove().release();
            }
        }
        return count;
    }

    @Override
    public int available() {
        return unread();
    }

    @Override
    public void close() {
        stream.stopReading();
    }
}
