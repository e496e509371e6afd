package io.quicpool.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Passes the datagrams of one client on to a server and back, until it is told to pass nothing on. */
public final class Relay implements AutoCloseable {

    private static final int LARGEST = 65_535;

    private final DatagramSocket front = new DatagramSocket(Pools.freePort(), InetAddress.getLoopbackAddress());
    private final DatagramSocket back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    private volatile @Nullable SocketAddress client;
    private volatile byte[] last = {};
    private volatile boolean blocked;

    public Relay(InetSocketAddress server) throws SocketException {
        this.server = server;
        start(() -> {
            DatagramPacket packet = receive(front);
            client = packet.getSocketAddress();
            last = Arrays.copyOf(packet.getData(), packet.getLength());
            send(back, packet, server);
        });
        start(() -> send(front, receive(back), client));
    }

    public int port() {
        return front.getLocalPort();
    }

    /** Passes on what the client said last so many times more. */
    public void repeat(int times) throws IOException {
        byte[] datagram = last;
        for (int i = 0; i < times; i++) {
            back.send(new DatagramPacket(datagram, datagram.length, server));
        }
    }

    /** From now on nothing arrives. */
    public void block() {
        blocked = true;
    }

    /** From now on nobody listens. */
    public void vanish() {
        front.close();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void start(Step step) {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    step.run();
                }
            } catch (IOException closed) {
                // The end.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        socket.receive(packet);
        return packet;
    }

    private void send(DatagramSocket socket, DatagramPacket packet, @Nullable SocketAddress to) throws IOException {
        if (!blocked && to != null) {
            packet.setSocketAddress(to);
            socket.send(packet);
        }
    }

    @Override
    public void close() {
        vanish();
        back.close();
    }
}
