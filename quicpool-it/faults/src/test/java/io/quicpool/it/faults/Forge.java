package io.quicpool.it.faults;

import io.quicpool.testing.RawPeer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.MissingKeysException;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;

/** First datagrams of clients that never continue. Each looks real and has its own connection id. */
final class Forge {

    private static final int LARGEST = 1500;
    private static final int SIZE = 1200;
    /** Header, packet number and the tag of the cipher, at most. */
    private static final int OVERHEAD = 60;

    private final InitialPacket original;
    private final byte[] bytes;

    /** Takes the first datagram of a real client as its pattern. */
    Forge() throws Exception {
        try (DatagramSocket nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                RawPeer client = new RawPeer()) {
            Thread connecting = new Thread(() -> {
                try {
                    client.connect((InetSocketAddress) nobody.getLocalSocketAddress());
                } catch (IOException | InterruptedException e) {
                    // Nobody answers.
                }
            });
            connecting.start();
            DatagramPacket first = new DatagramPacket(new byte[LARGEST], LARGEST);
            nobody.receive(first);
            connecting.interrupt();
            connecting.join();
            bytes = Arrays.copyOf(first.getData(), first.getLength());
        }
        original = new InitialPacket(Version.QUIC_version_1);
        int length = bytes[5];
        ConnectionSecrets secrets = secrets(Role.Server, Arrays.copyOfRange(bytes, 6, 6 + length));
        original.parse(ByteBuffer.wrap(bytes), secrets.getPeerAead(EncryptionLevel.Initial), 0, new NullLogger(), 0);
    }

    private static ConnectionSecrets secrets(Role role, byte[] destination) {
        ConnectionSecrets secrets =
                new ConnectionSecrets(VersionHolder.with(Version.QUIC_version_1), role, null, new NullLogger());
        secrets.computeInitialKeys(destination);
        return secrets;
    }

    /** The datagram of the real client. */
    byte[] original() {
        return bytes.clone();
    }

    /** Sends so many first datagrams. */
    List<byte[]> beginnings(int count, Random random) throws MissingKeysException {
        List<QuicFrame> hello = new ArrayList<>();
        int size = 0;
        for (QuicFrame frame : original.getFrames()) {
            if (frame instanceof CryptoFrame) {
                hello.add(frame);
                size += frame.getFrameLength();
            }
        }
        hello.add(new Padding(SIZE - OVERHEAD - size + 40));
        List<byte[]> beginnings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] destination = new byte[8];
            random.nextBytes(destination);
            InitialPacket packet = new InitialPacket(
                    Version.QUIC_version_1, original.getSourceConnectionId(), destination, null, hello);
            packet.setPacketNumber(0);
            Aead aead = secrets(Role.Client, destination).getOwnAead(EncryptionLevel.Initial);
            beginnings.add(packet.generatePacketBytes(aead));
        }
        return beginnings;
    }
}
