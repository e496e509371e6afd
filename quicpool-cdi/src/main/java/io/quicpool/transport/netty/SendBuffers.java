package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Memory outside the heap for what callers write, of one size, kept for the next. Netty's own pools would leave something behind in
 * each thread that writes, which in a container outlives the application.
 */
final class SendBuffers {

    static final int SIZE = 32 * 1024;

    /** Up to this it is cheaper to let the event loop copy once more. */
    private static final int SMALL = 2048;

    private static final int KEPT = 32;

    private final ArrayBlockingQueue<ByteBuf> free = new ArrayBlockingQueue<>(KEPT);
    private boolean closed;

    /** A copy; {@link #done} must be told when it was sent. */
    ByteBuf copyOf(byte[] bytes, int offset, int length) {
        if (length <= SMALL) {
            return Unpooled.copiedBuffer(bytes, offset, length);
        }
        ByteBuf kept = free.poll();
        ByteBuf buffer = kept == null ? Unpooled.directBuffer(SIZE, SIZE) : kept.clear();
        // One reference more: it comes back when Netty has let go of it.
        return buffer.writeBytes(bytes, offset, length).retain();
    }

    /** Netty has let go of a buffer. On the event loop. */
    void done(ByteBuf buffer, int length) {
        if (length > SMALL && (closed || buffer.refCnt() != 1 || !free.offer(buffer))) {
            buffer.release();
        }
    }

    /** Frees what is kept. On the event loop. */
    void close() {
        closed = true;
        for (ByteBuf buffer = free.poll(); buffer != null; buffer = free.poll()) {
            buffer.release();
        }
    }
}
