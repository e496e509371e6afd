package io.quicpool.transport.netty;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import org.jspecify.annotations.Nullable;

/** The handler next to a socket. It captures the first datagram that an action sends. On the event loop. */
final class OutboundTap extends ChannelOutboundHandlerAdapter {

    private boolean watching;
    private byte @Nullable [] first;

    byte @Nullable [] capture(Runnable sending) {
        first = null;
        watching = true;
        sending.run();
        watching = false;
        return first;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (watching && first == null && message instanceof DatagramPacket datagram) {
            first = ByteBufUtil.getBytes(datagram.content());
        }
        super.write(context, message, promise);
    }
}
