package io.quicpool.transport.kwik;

import io.quicpool.transport.gate.Coalesced;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket. It is connected, so that the system reports when nobody listens at the other end (ICMP port unreachable). During the
 * handshake that ends the attempt at once. Later, one such message may be stray or forged, so it takes three without a packet in between;
 * kwik would end the connection for one.
 */
final class ClientSocket extends DatagramSocket {

    static final int UNREACHABLE_LIMIT = 3;
    private static final int BUFFER = 1 << 20;
    private static final byte[] NOTHING = {};

    private final InetSocketAddress remote;
    private volatile @Nullable KwikConnection connection;
    private volatile boolean refused;
    // Only for the receiver thread.
    private byte[] unread = NOTHING;
    private int unreachable;
    private long lastUnreachable;

    ClientSocket(InetSocketAddress remote) throws SocketException {
        super();
        setReceiveBufferSize(BUFFER);
        setSendBufferSize(BUFFER);
        connect(remote);
        this.remote = remote;
    }

    /** The handshake is complete: from now on a port unreachable is the connection's business. */
    void established(KwikConnection made) {
        connection = made;
    }

    /** Whether the system reported during the handshake that nobody listens there. */
    boolean refused() {
        return refused;
    }

    // Only kwik's single receiver thread calls this.
    @Override
    public void receive(DatagramPacket packet) throws IOException {
        byte[] rest = unread;
        if (rest.length > 0) {
            packet.setData(rest);
            packet.setSocketAddress(remote);
            keepBehindFirst(packet);
            return;
        }
        while (true) {
            try {
                super.receive(packet);
                keepBehindFirst(packet);
                return;
            } catch (PortUnreachableException e) {
                onUnreachable(e);
            }
        }
    }

    // The rest is received next, see Coalesced.
    private void keepBehindFirst(DatagramPacket packet) {
        byte[] data = packet.getData();
        int begin = packet.getOffset();
        int all = packet.getLength();
        int first = Coalesced.firstLongLength(ByteBuffer.wrap(data, begin, all));
        unread = first == all ? NOTHING : Arrays.copyOfRange(data, begin + first, begin + all);
        packet.setLength(first);
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        try {
            super.send(packet);
        } catch (PortUnreachableException e) {
            onUnreachable(e);
        } catch (IOException e) {
            // There may be no route for a moment. QUIC sends again what is lost, or the idle time-out ends it.
            if (isClosed() || connection == null) {
                throw e;
            }
        }
    }

    // kwik closes the socket when the connection has ended, also after an internal error, which it reports to nobody.
    @Override
    public void close() {
        super.close();
        KwikConnection made = connection;
        if (made != null) {
            // After kwik's own events, which may have the reason.
            KwikInternals.afterEvents(made.quic(), made::engineEnded);
        }
    }

    private void onUnreachable(PortUnreachableException e) throws PortUnreachableException {
        KwikConnection made = connection;
        if (made == null) {
            refused = true;
            throw e;
        }
        if (countUnreachable(made.lastReceived()) >= UNREACHABLE_LIMIT) {
            made.lost("nobody listens there any more (port unreachable)");
        }
    }

    private synchronized int countUnreachable(long lastReceived) {
        if (unreachable > 0 && lastReceived - lastUnreachable > 0) {
            unreachable = 0;
        }
        lastUnreachable = System.nanoTime();
        unreachable++;
        return unreachable;
    }
}
