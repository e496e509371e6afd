package io.quicpool.transport.kwik;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import tech.kwik.core.frame.FrameProcessor;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;

/** A frame of these bytes, right or wrong. */
final class RawFrame extends QuicFrame {

    private final byte[] bytes;

    RawFrame(String hex) {
        bytes = HexFormat.of().parseHex(hex);
    }

    @Override
    public void accept(FrameProcessor processor, QuicPacket packet, PacketMetaData metaData) {
        throw new AssertionError("is only sent");
    }

    @Override
    public int getFrameLength() {
        return bytes.length;
    }

    @Override
    public void serialize(ByteBuffer buffer) {
        buffer.put(bytes);
    }
}
