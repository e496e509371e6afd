package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quicpool.transport.engine.StreamInput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Data that has arrived and is not read yet. The event loop adds data, and requests no more at the {@link #HIGH_WATER_MARK}:
 * quiche's window then fills up, and the peer has to wait. One thread reads, blocking, with one copy into its array.
 *
 * <p>The lock guards the data. It is held for a few instructions and for the copy.
 */
final class NettyInput extends StreamInput {

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

    private final NettyStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
    private int unread;
    private boolean requesting = true;

    NettyInput(NettyStream stream) {
        super(stream);
        this.stream = stream;
    }

    /**
     * Adds data that has arrived. Whether it is refused is decided here, under the lock: a reader that it wakes may have read all of it,
     * and closed the stream, before this returns. On the event loop.
     */
    Arrival put(ByteBuf data, boolean last) {
        lock.lock();
        try {
            boolean refused = !isReading() && data.isReadable();
            if (refused || !isOpen() || !data.isReadable()) {
                data.release();
            } else {
                unread += data.readableBytes();
                arrived.add(data);
                if (lock.hasWaiters(changed)) {
                    stream.readerWoken();
                }
            }
            if (last) {
                fin();
            }
            requesting = isOpen() && unread < HIGH_WATER_MARK;
            changed.signalAll();
            return refused ? Arrival.REFUSED : requesting ? Arrival.MORE : Arrival.ENOUGH;
        } finally {
            lock.unlock();
        }
    }

    int unread() {
        lock.lock();
        try {
            return unread;
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

    @Override
    protected boolean discard() {
        lock.lock();
        try {
            boolean some = unread > 0;
            arrived.forEach(ByteBuf::release);
            arrived.clear();
            unread = 0;
            changed.signalAll();
            return some;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected int takeOrWait(byte[] buffer, int offset, int length) throws IOException, InterruptedException {
        int taken;
        boolean last;
        boolean more;
        lock.lock();
        try {
            while ((taken = takeNow(buffer, offset, length)) == 0) {
                changed.await();
            }
            last = unread == 0 && isFinished();
            more = !requesting && isOpen() && unread < HIGH_WATER_MARK / 2;
            requesting |= more;
        } finally {
            lock.unlock();
        }
        if (last) {
            stream.allRead();
        }
        if (more) {
            stream.requestMore();
        }
        return taken;
    }

    @Override
    protected int take(byte[] buffer, int offset, int length) {
        if (unread == 0 && isFinished()) {
            return -1;
        }
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
}
