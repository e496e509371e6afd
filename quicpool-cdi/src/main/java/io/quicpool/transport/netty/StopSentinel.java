package io.quicpool.transport.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;

/**
 * Stands at the head of an idle stream's queue of writes. Netty tells nobody of a STOP_SENDING frame (RFC 9000, section 3.5)
 * unless something waits to be written, and then it fails that. So this is written: it has no byte, but says that it can be read,
 * which quiche cannot take, so that it waits. When it is {@link #disarm disarmed}, it is sent without a trace, and what was
 * written behind it follows.
 */
final class StopSentinel extends UnpooledDirectByteBuf {

    // Event loop.
    private boolean armed = true;

    StopSentinel() {
        super(ByteBufAllocator.DEFAULT, 1, 1);
    }

    boolean isArmed() {
        return armed;
    }

    void disarm() {
        armed = false;
    }

    @Override
    public boolean isReadable() {
        return armed;
    }
}
