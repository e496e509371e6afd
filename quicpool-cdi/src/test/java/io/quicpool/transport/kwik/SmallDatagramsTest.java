package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.EngineStream;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.send.SenderImpl;

/** The buffer of a server's sender keeps its size: one that became smaller between two looks at it ended the connection by an overflow. */
@Timeout(60)
class SmallDatagramsTest {

    @Test
    void theBufferKeepsItsSize() throws Exception {
        try (RawPeer server = new RawPeer();
                RawPeer client = new RawPeer()) {
            InetSocketAddress there = server.listen(10).localAddress();
            KwikConnection here = (KwikConnection) client.connect(there);
            EngineStream stream = here.openStream().toCompletableFuture().get();
            stream.output().write(new byte[100_000]);
            await().until(() -> !server.connections.isEmpty());
            KwikConnection other = (KwikConnection) server.connections.element();
            assertThat(bufferOf(other.quic())).isEqualTo(SmallDatagrams.BUFFER);
        }
    }

    private static int bufferOf(QuicConnectionImpl connection) throws ReflectiveOperationException {
        var getSender = QuicConnectionImpl.class.getDeclaredMethod("getSender");
        getSender.setAccessible(true);
        Field size = SenderImpl.class.getDeclaredField("maxPacketSize");
        size.setAccessible(true);
        return size.getInt(getSender.invoke(connection));
    }
}
