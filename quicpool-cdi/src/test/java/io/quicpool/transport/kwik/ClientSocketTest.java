package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What kwik's client receives from its socket. */
class ClientSocketTest {

    private static final String INITIAL = "c000000001000000" + "03c1c2c3";
    private static final String HANDSHAKE = "e0000000010000" + "03d1d2d3";
    private static final String SHORT = "40e1e2e3";

    private final byte[] buffer = new byte[1500];

    private String receive(ClientSocket socket, DatagramSocket from) throws Exception {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        assertThat(packet.getSocketAddress()).isEqualTo(from.getLocalSocketAddress());
        return HexFormat.of().formatHex(Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    /** kwik drops a whole datagram when it has no keys any more for the first packet, with the CONNECTION_CLOSE behind it. */
    @Test
    void packetsOfOneDatagramComeOneByOne() throws Exception {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                ClientSocket client = new ClientSocket((InetSocketAddress) server.getLocalSocketAddress())) {
            byte[] all = HexFormat.of().parseHex(INITIAL + HANDSHAKE + SHORT);
            server.send(new DatagramPacket(
                    all, all.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), client.getLocalPort())));
            assertThat(receive(client, server)).isEqualTo(INITIAL);
            assertThat(receive(client, server)).isEqualTo(HANDSHAKE);
            assertThat(receive(client, server)).isEqualTo(SHORT);
        }
    }
}
