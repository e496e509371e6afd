package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.EngineStream;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.send.SenderImpl;

/**
 * Datagrams have at most 1,200 bytes, and the limit of a sender never changes. In kwik a limit that shrinks between two reads ends the
 * connection by an overflow.
 */
class SmallDatagramsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void noDatagramIsLargerAndTheBuffersOfBothSidesKeepTheirSize() throws Exception {
        try (RawPeer server = new RawPeer();
                Relay path = new Relay(server.listen(10).localAddress())) {
            path.largest(SmallDatagrams.LARGEST);
            Set<Integer> sizes = ConcurrentHashMap.newKeySet();
            ClientTap tap = new ClientTap(PATIENCE) {
                @Override
                public void sent(Instant time, List<QuicPacket> packets) {
                    KwikConnection made = Objects.requireNonNull(connection());
                    sizes.add(bufferOf(made));
                    super.sent(time, packets);
                }
            };
            KwikConnection here =
                    (KwikConnection) new KwikConnector(RawPeer.spec(path.address(), "np-quic"), server, tap).connect();
            EngineStream stream = here.openStream().toCompletableFuture().get();
            stream.output().write(new byte[100_000]);
            await().atMost(PATIENCE).until(() -> !server.connections.isEmpty());
            KwikConnection there = (KwikConnection) server.connections.element();
            assertThat(here.awaitDelivered(PATIENCE, PATIENCE)).isTrue();
            sizes.add(bufferOf(there));
            here.close(0, "");
            assertThat(sizes).containsExactly(SmallDatagrams.LARGEST);
            assertThat(path.tooLarge()).isZero();
        }
    }

    private static int bufferOf(KwikConnection connection) {
        try {
            var getSender = QuicConnectionImpl.class.getDeclaredMethod("getSender");
            getSender.setAccessible(true);
            Field size = SenderImpl.class.getDeclaredField("maxPacketSize");
            size.setAccessible(true);
            return size.getInt(getSender.invoke(connection.quic()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
