package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.testing.Relay;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.lang.reflect.Field;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Version;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.send.SenderImpl;

/**
 * Datagrams have at most 1,200 bytes, and the limit of a sender never changes. In kwik a limit that shrinks between two reads ends the
 * connection by an overflow.
 */
class SmallDatagramsTest {

    @Test
    void noDatagramIsLargerAndTheBuffersOfBothSidesKeepTheirSize() throws Exception {
        try (RawPeer server = new RawPeer();
                Relay path = new Relay(server.listen(10).localAddress())) {
            path.largest(SmallDatagrams.LARGEST);
            Set<Integer> sizes = ConcurrentHashMap.newKeySet();
            ClientTap tap = new ClientTap(SOON) {
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
            await().until(() -> !server.connections.isEmpty());
            KwikConnection there = (KwikConnection) server.connections.element();
            assertThat(here.awaitDelivered(SOON, SOON)).isTrue();
            sizes.add(bufferOf(there));
            here.close(0, "");
            assertThat(sizes).containsExactly(SmallDatagrams.LARGEST);
            assertThat(path.tooLarge()).isZero();
        }
    }

    /** A Retry packet may come while kwik assembles the ClientHello that follows it, which then has no token, but more padding. */
    @Test
    void aClientHelloIsSentAgainWithTheTokenThatCameMeanwhile() throws Exception {
        InitialPacket first =
                firstInitial(sender -> sender.setInitialToken(new byte[32]), packet -> packet.getToken() != null);
        assertThat(first.getFrames()).hasAtLeastOneElementOfType(CryptoFrame.class);
        assertThat(first.getSize()).isEqualTo(SmallDatagrams.LARGEST);
    }

    /** A server must drop it otherwise (RFC 9000, section 14.1). */
    @Test
    void anInitialPacketWithAPingOnlyFillsItsDatagram() throws Exception {
        InitialPacket first = firstInitial(
                sender -> sender.sendProbe(List.of(new PingFrame()), EncryptionLevel.Initial),
                packet -> packet.getFrames().get(0) instanceof PingFrame);
        assertThat(first.getSize()).isEqualTo(SmallDatagrams.LARGEST);
    }

    /** kwik has room for 1,000 bytes, and its sender ends with an error when the ranges take more. */
    @Test
    void anAcknowledgementInTheHandshakeHasItsLimitToo() throws Exception {
        InitialPacket first = firstInitial(
                sender -> {
                    for (int i = 0; i < 2_000; i++) {
                        InitialPacket packet = new InitialPacket(
                                Version.QUIC_version_1, new byte[8], new byte[8], null, new PingFrame());
                        packet.setPacketNumber(10_000 + 2 * i);
                        sender.getGlobalAckGenerator().packetReceived(packet);
                    }
                    sender.sendProbe(List.of(new PingFrame()), EncryptionLevel.Initial);
                },
                packet -> packet.getFrames().stream().anyMatch(AckFrame.class::isInstance));
        assertThat(first.getSize()).isEqualTo(SmallDatagrams.LARGEST);
    }

    // Connects to a server that does not answer, acts after the first packet, and returns the first one that is wanted.
    private static InitialPacket firstInitial(Consumer<SenderImpl> action, Predicate<InitialPacket> wanted)
            throws Exception {
        Queue<QuicPacket> sent = new ConcurrentLinkedQueue<>();
        ClientTap tap = new ClientTap(SOON) {
            @Override
            public void sent(Instant time, List<QuicPacket> packets) {
                sent.addAll(packets);
                super.sent(time, packets);
            }
        };
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                RawPeer client = new RawPeer()) {
            var server = (InetSocketAddress) silent.getLocalSocketAddress();
            KwikConnector connector = new KwikConnector(RawPeer.spec(server, "np-quic"), client, tap);
            FutureTask<Connection> connecting = new FutureTask<>(connector::connect);
            Thread thread = new Thread(connecting);
            thread.start();
            await().until(() -> !sent.isEmpty());
            action.accept(senderOf(Objects.requireNonNull(tap.connection())));
            Supplier<Optional<InitialPacket>> first = () ->
                    sent.stream().map(InitialPacket.class::cast).filter(wanted).findFirst();
            await().until(() -> first.get().isPresent());
            thread.interrupt();
            thread.join();
            return first.get().orElseThrow();
        }
    }

    private static int bufferOf(KwikConnection connection) {
        try {
            Field size = SenderImpl.class.getDeclaredField("maxPacketSize");
            size.setAccessible(true);
            return size.getInt(senderOf(connection));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SenderImpl senderOf(KwikConnection connection) {
        try {
            var getSender = QuicConnectionImpl.class.getDeclaredMethod("getSender");
            getSender.setAccessible(true);
            return (SenderImpl) getSender.invoke(connection.quic());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
