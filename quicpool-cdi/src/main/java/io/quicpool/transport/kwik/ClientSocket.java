package io.quicpool.transport.kwik;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket, connected so that the system tells when nobody listens at the other end (ICMP port unreachable). While
 * connecting this ends the attempt at once. Later one such message may be stray or forged, and kwik would end the connection
 * for it: so it takes three without a packet in between.
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

    /** The handshake is done: from now on the connection decides. */
    void established(KwikConnection made) {
        connection = made;
    }

    /** Whether the system said, before the handshake was done, that nobody listens there. */
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
                note(e);
            }
        }
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        try {
            super.send(packet);
        } catch (PortUnreachableException e) {
            note(e);
        } catch (IOException e) {
            // Such as no route for a moment. What is lost is sent again; what cannot be sent runs into the idle
            // time-out.
            if (isClosed() || connection == null) {
                throw e;
            }
        }
    }

    // kwik closes it at the end of a connection, and of one that it gives up for an error of its own, of which it tells
    // nobody.
    @Override
    public void close() {
        super.close();
        KwikConnection made = connection;
        if (made != null) {
            // If kwik has a reason to tell, it is on its way.
            KwikInternals.afterEvents(made.quic(), made::engineEnded);
        }
    }

    private void note(PortUnreachableException e) throws PortUnreachableException {
        KwikConnection made = connection;
        if (made == null) {
            refused = true;
            throw e;
        }
        if (count(made.lastReceived()) >= UNREACHABLE_LIMIT) {
            made.lost("nobody listens there any more (port unreachable)");
        }
    }

    private synchronized int count(long lastReceived) {
        if (unreachable > 0 && lastReceived - lastUnreachable > 0) {
            unreachable = 0;
        }
        lastUnreachable = System.nanoTime();
        unreachable++;
        return unreachable;
    }
}
