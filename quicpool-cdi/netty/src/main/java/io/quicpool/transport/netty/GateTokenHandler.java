package io.quicpool.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import io.quicpool.transport.Gate;
import java.net.InetSocketAddress;

/** Accepts the tokens that the gate has validated. The gate also sends the Retry packets. */
final class GateTokenHandler implements QuicTokenHandler {

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf dcid, InetSocketAddress address) {
        return false;
    }

    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        return token.readableBytes() < Gate.TOKEN_ID_OFFSET ? -1 : Gate.TOKEN_ID_OFFSET;
    }

    @Override
    public int maxTokenLength() {
        return 1;
    }
}
