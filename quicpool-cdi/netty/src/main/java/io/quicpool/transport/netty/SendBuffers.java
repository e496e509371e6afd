package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Buffers outside the heap for what callers write, of one size, and reused. Netty's own pools would leave thread-locals in each
 * thread that writes, which in a container outlive the application.
 */
final class SendBuffers {

    static final int SIZE = 32 * 1024;

    /** Bytes. Up to this size a heap buffer is cheaper, which the event loop copies again. */
    private static final int SMALL = 2048;

    private static final int MAX_KEPT = 32;

    private final ArrayBlockingQueue<ByteBuf> free = new ArrayBlockingQueue<>(MAX_KEPT);
    private boolean closed;

    /** Copies the bytes. Call {@link #done} when they were sent. */
    ByteBuf copyOf(byte[] bytes, int offset, int length) {
        if (length <= SMALL) {
            return Unpooled.copiedBuffer(bytes, offset, length);
        }
        ByteBuf kept = free.poll();
        ByteBuf buffer = kept == null ? Unpooled.directBuffer(SIZE, SIZE) : kept.clear();
        // One more reference, so that Netty does not free the buffer.
        return buffer.writeBytes(bytes, offset, length).retain();
    }

    /** Netty has released a buffer. On the event loop. */
    void done(ByteBuf buffer, int length) {
        if (length > SMALL && (closed || buffer.refCnt() != 1 || !free.offer(buffer))) {
            buffer.release();
        }
    }

    /** Frees the kept buffers. On the event loop. */
    void close() {
        closed = true;
        for (ByteBuf buffer = free.poll(); buffer != null; buffer = free.poll()) {
            buffer.release();
        }
    }
}
