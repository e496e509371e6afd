package io.quicpool.testing;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes the datagrams of clients on to a server and back, until it is told to pass nothing on. */
public final class Relay implements AutoCloseable {

    private static final int LARGEST = 65_535;

    private final DatagramSocket front = new DatagramSocket(Pools.freePort(), InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    // The server must be able to tell clients apart: a socket for each.
    private final Map<SocketAddress, DatagramSocket> backs = new ConcurrentHashMap<>();
    private final Set<Integer> cut = ConcurrentHashMap.newKeySet();
    private volatile byte[] last = {};
    private volatile boolean blocked;

    public Relay(InetSocketAddress server) throws SocketException {
        this.server = server;
        start(() -> {
            DatagramPacket packet = receive(front);
            SocketAddress client = packet.getSocketAddress();
            DatagramSocket back = backs.get(client);
            if (back == null) {
                back = open(client);
            }
            last = Arrays.copyOf(packet.getData(), packet.getLength());
            if (passes(client)) {
                send(back, packet, server);
            }
        });
    }

    private DatagramSocket open(SocketAddress client) throws SocketException {
        DatagramSocket back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        backs.put(client, back);
        start(() -> {
            DatagramPacket packet = receive(back);
            if (passes(client)) {
                send(front, packet, client);
            }
        });
        return back;
    }

    private boolean passes(SocketAddress client) {
        return !blocked && !cut.contains(((InetSocketAddress) client).getPort());
    }

    public int port() {
        return front.getLocalPort();
    }

    /** Passes on what the client said last so many times more. */
    public void repeat(int times) throws IOException {
        byte[] datagram = last;
        for (int i = 0; i < times; i++) {
            for (DatagramSocket back : backs.values()) {
                back.send(new DatagramPacket(datagram, datagram.length, server));
            }
        }
    }

    /** From now on nothing of the client at this port arrives, nor what is sent to it. */
    public void cut(int port) {
        cut.add(port);
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

    private static void send(DatagramSocket socket, DatagramPacket packet, SocketAddress to) throws IOException {
        packet.setSocketAddress(to);
        socket.send(packet);
    }

    @Override
    public void close() {
        vanish();
        backs.values().forEach(DatagramSocket::close);
    }
}
