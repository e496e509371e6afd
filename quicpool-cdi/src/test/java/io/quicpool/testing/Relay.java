package io.quicpool.testing;

import io.quicpool.transport.Gate;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Forwards datagrams between clients and a server, until it is told to stop. */
public final class Relay implements AutoCloseable {

    private static final int LARGEST = 65_535;

    private final DatagramSocket front = new DatagramSocket(Pools.freePort(), InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    // The server must be able to tell clients apart: a socket for each.
    private final Map<SocketAddress, DatagramSocket> backs = new ConcurrentHashMap<>();
    private final Set<Integer> cut = ConcurrentHashMap.newKeySet();
    private volatile byte[] last = {};
    private final Queue<byte[]> held = new ConcurrentLinkedQueue<>();
    private final AtomicInteger toLose = new AtomicInteger();
    private final AtomicInteger fromServer = new AtomicInteger();
    private final AtomicInteger fromClient = new AtomicInteger();
    private volatile boolean blocked;
    private volatile boolean holding;
    private volatile boolean late;
    private volatile Duration delay = Duration.ZERO;
    private volatile int largest = LARGEST;
    private final AtomicInteger tooLarge = new AtomicInteger();

    public Relay(InetSocketAddress server) throws SocketException {
        this.server = server;
        start(() -> {
            DatagramPacket packet = receive(front);
            SocketAddress client = packet.getSocketAddress();
            DatagramSocket back = backs.get(client);
            if (back == null) {
                back = open(client);
            }
            fromClient.incrementAndGet();
            last = Arrays.copyOf(packet.getData(), packet.getLength());
            if (toLose.get() > 0) {
                toLose.decrementAndGet();
            } else if (passes(client)) {
                if (late) {
                    putBehindHandshake(packet);
                }
                send(back, packet, server);
            }
        });
    }

    // Short headers only: they begin with the id that the server has given, behind one byte (RFC 9000, section 17.3).
    private static void putBehindHandshake(DatagramPacket packet) {
        ByteBuffer said = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        if (said.get(0) >= 0) {
            byte[] noise = new byte[30];
            ThreadLocalRandom.current().nextBytes(noise);
            ByteBuffer both = ByteBuffer.allocate(100 + said.remaining())
                    .put((byte) 0xe0)
                    .putInt(1)
                    .put((byte) Gate.CONNECTION_ID_LENGTH)
                    .put(said.slice(1, Gate.CONNECTION_ID_LENGTH))
                    .put((byte) 0)
                    .put((byte) noise.length)
                    .put(noise)
                    .put(said);
            packet.setData(both.array(), 0, both.position());
        }
    }

    private DatagramSocket open(SocketAddress client) throws SocketException {
        DatagramSocket back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        backs.put(client, back);
        start(() -> {
            DatagramPacket packet = receive(back);
            fromServer.incrementAndGet();
            LockSupport.parkNanos(delay.toNanos());
            if (holding) {
                held.add(Arrays.copyOf(packet.getData(), packet.getLength()));
            } else if (passes(client)) {
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

    /** Where clients connect instead of at the server. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    /** How many datagrams the server has sent. */
    public int fromServer() {
        return fromServer.get();
    }

    /** How many datagrams clients have sent, lost or not. */
    public int fromClient() {
        return fromClient.get();
    }

    /** The last datagram that a client has sent, lost or not. */
    public byte[] last() {
        return last.clone();
    }

    /** Sends the last datagram of the client again, a number of times. */
    public void repeat(int times) throws IOException {
        byte[] datagram = last;
        for (int i = 0; i < times; i++) {
            for (DatagramSocket back : backs.values()) {
                back.send(new DatagramPacket(datagram, datagram.length, server));
            }
        }
    }

    /** From now on each datagram of the server is delayed, one after the other. */
    public void slow(Duration each) {
        delay = each;
    }

    /** The next datagrams of clients are lost. */
    public void loseNext(int datagrams) {
        toLose.set(datagrams);
    }

    /** How many are still to be {@link #loseNext lost}. */
    public int toLose() {
        return toLose.get();
    }

    /** From now on each datagram of clients begins with a packet of the handshake, which is complete. */
    public void behindHandshake() {
        late = true;
    }

    /** From now on datagrams of the server are held back. */
    public void hold() {
        holding = true;
    }

    /** Sends the held datagrams of the server to the only client, and forwards later ones. */
    public void release() throws IOException {
        holding = false;
        SocketAddress client = backs.keySet().iterator().next();
        for (byte[] datagram = held.poll(); datagram != null; datagram = held.poll()) {
            front.send(new DatagramPacket(datagram, datagram.length, client));
        }
    }

    /** From now on nothing of the client at this port arrives, nor what is sent to it. */
    public void cut(int port) {
        cut.add(port);
    }

    /** From now on larger datagrams are dropped silently, in both directions. */
    public void largest(int bytes) {
        largest = bytes;
    }

    /** How many datagrams were larger than that. */
    public int tooLarge() {
        return tooLarge.get();
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

    private void send(DatagramSocket socket, DatagramPacket packet, SocketAddress to) throws IOException {
        if (packet.getLength() <= largest) {
            packet.setSocketAddress(to);
            socket.send(packet);
        } else {
            tooLarge.incrementAndGet();
        }
    }

    @Override
    public void close() {
        vanish();
        backs.values().forEach(DatagramSocket::close);
    }
}
