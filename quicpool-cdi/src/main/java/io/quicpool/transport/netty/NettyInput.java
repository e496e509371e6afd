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
 * What has arrived and was not read. The event loop puts in, and stops asking for more when there is enough: what quiche has then
 * fills up, and the peer has to wait. One thread takes out, blocking, with one copy into its array.
 *
 * <p>All state is guarded by the lock, which is held for a few instructions and for the copy.
 */
final class NettyInput extends InputStream {

    /** Beyond this no more is asked for until half of it was read. */
    static final int ENOUGH = 128 * 1024;

    /** What became of something that has arrived. */
    enum Arrival {
        /** It can be read, and there is room for more. */
        MORE,
        /** It can be read, and is enough for now, or the last. */
        ENOUGH,
        /** Nobody reads any more. */
        REFUSED
    }

    private static final String STOPPED = "receiving was stopped";

    private final NettyStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
    private int unread;
    private boolean asking = true;
    private boolean finished;
    // Read without the lock as well: a stream is asked for it on each hand-out.
    private volatile boolean over;
    private boolean stopped;
    private @Nullable IOException failure;

    NettyInput(NettyStream stream) {
        this.stream = stream;
    }

    // ---- on the event loop

    /**
     * Takes what has arrived. Whether it is refused is decided here, under the lock: whoever is woken by it may have read it all, and closed
     * the stream, before this has returned.
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
            over = finished && unread == 0;
            asking = !finished && unread < ENOUGH;
            changed.signalAll();
            return refused ? Arrival.REFUSED : asking ? Arrival.MORE : Arrival.ENOUGH;
        } finally {
            lock.unlock();
        }
    }

    /** The peer has reset its direction: what has arrived is void. */
    void reset(IOException why) {
        fail(why, true);
    }

    /** The connection has ended: what has arrived can still be read. */
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

    /** Whether all that has come was asked for: nothing of it is kept back until half of what is unread was read. */
    boolean isAsking() {
        lock.lock();
        try {
            return asking;
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

    /** Whether reading so many bytes, or the end behind fewer, does not block. */
    boolean has(int bytes) {
        lock.lock();
        try {
            return unread >= bytes || (finished && unread > 0);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the peer has ended its direction, and nothing of it is left to be read. Does not wait for anybody. */
    boolean isOver() {
        return over;
    }

    boolean isFinished() {
        lock.lock();
        try {
            return finished;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is read from now on, and a read that blocks ends; says whether something had arrived. */
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
        over = finished;
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
            over = finished && unread == 0;
            more = !asking && !finished && failure == null && unread < ENOUGH / 2;
            asking |= more;
        } finally {
            lock.unlock();
        }
        if (more) {
            stream.askForMore();
        }
        return count;
    }

    // Its callers look again.
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
        stream.noMoreReading();
    }
}
