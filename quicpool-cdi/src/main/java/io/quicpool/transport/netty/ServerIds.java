package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;

/** Netty's ids for server connections; remembers the last one, by which a client goes on. On the event loop. */
final class ServerIds implements QuicConnectionIdGenerator {

    private final QuicConnectionIdGenerator netty = QuicConnectionIdGenerator.signGenerator();
    private byte[] last = new byte[0];

    byte[] last() {
        return last;
    }

    private ByteBuffer remember(ByteBuffer id) {
        last = new byte[id.remaining()];
        id.duplicate().get(last);
        return id;
    }

    @Override
    public ByteBuffer newId(int length) {
        return remember(netty.newId(length));
    }

    @Override
    public ByteBuffer newId(ByteBuffer input, int length) {
        return remember(netty.newId(input, length));
    }

    @Override
    public ByteBuffer newId(ByteBuffer scid, ByteBuffer dcid, int length) {
        return remember(netty.newId(scid, dcid, length));
    }

    @Override
    public int maxConnectionIdLength() {
        return netty.maxConnectionIdLength();
    }

    @Override
    public boolean isIdempotent() {
        return netty.isIdempotent();
    }
}
