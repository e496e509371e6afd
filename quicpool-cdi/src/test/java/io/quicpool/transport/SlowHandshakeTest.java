package io.quicpool.transport;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.EachEngine;
import io.quicpool.testing.Engines;
import io.quicpool.testing.RawPeer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The limit of a handshake's time, as a listener applies it. Its length is in GateTest. */
class SlowHandshakeTest {

    private final Queue<ListenerEvents.Ignored> ignored = new ConcurrentLinkedQueue<>();

    private final ListenerEvents events = new ListenerEvents() {
        @Override
        public ConnectionEvents connected(Connection connection) {
            throw new AssertionError(connection);
        }

        @Override
        public void ignored(InetSocketAddress client, Ignored why) {
            ignored.add(why);
        }
    };

    /** No other client connects: the check alone ends it. */
    @EachEngine
    void aCheckOfTheListenerEndsIt(String engine) throws Exception {
        Transport transport = Engines.named(engine);
        Listener listener = transport.listen(spec(), events);
        try (DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            byte[] first = firstDatagram(transport);
            client.send(new DatagramPacket(first, first.length, listener.localAddress()));
            await().until(() -> {
                listener.sweep();
                return !ignored.isEmpty();
            });
            assertThat(ignored).containsExactly(ListenerEvents.Ignored.SLOW);
        } finally {
            listener.close(SOON);
        }
    }

    /** What a client sends first, to a server that does not answer. */
    private static byte[] firstDatagram(Transport transport) throws IOException {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                RawPeer client = new RawPeer(stream -> {}, transport, transport)) {
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
            Thread connecting = new Thread(() -> {
                try {
                    client.connect(address);
                } catch (IOException | InterruptedException expected) {
                    // Nobody answers.
                }
            });
            connecting.start();
            DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
            server.receive(packet);
            connecting.interrupt();
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    // One handshake at a time: then it may take no longer than 2 s.
    private static ListenSpec spec() {
        return RawPeer.listenSpec("slow", 0, 10, s -> s.maxPendingHandshakes(1));
    }
}
