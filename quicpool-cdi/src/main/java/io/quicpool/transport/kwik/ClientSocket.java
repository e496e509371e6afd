package io.quicpool.transport.kwik;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket. It is connected, so that the system reports when nobody listens at the other end (ICMP port unreachable). During the
 * handshake that ends the attempt at once. Later, one such message may be stray or forged, so it takes three without a packet in between;
 * kwik would end the connection for one.
 */
final class ClientSocket extends DatagramSocket {

    static final int UNREACHABLE_LIMIT = 3;
    private static final int BUFFER = 1 << 20;

    private volatile @Nullable KwikConnection connection;
    private volatile boolean refused;
    private int unreachable;
    private long lastUnreachable;

    ClientSocket(InetSocketAddress remote) throws SocketException {
        super();
        setReceiveBufferSize(BUFFER);
        setSendBufferSize(BUFFER);
        connect(remote);
    }

    /** The handshake is complete: from now on a port unreachable is the connection's business. */
    void established(KwikConnection made) {
        connection = made;
    }

    /** Whether the system reported during the handshake that nobody listens there. */
    boolean refused() {
        return refused;
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        while (true) {
            try {
                super.receive(packet);
                return;
            } catch (PortUnreachableException e) {
                onUnreachable(e);
            }
        }
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
