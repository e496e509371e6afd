package io.quicpool.transport.kwik;

import io.quicpool.transport.Deadline;
import io.quicpool.transport.Gate;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A listener's socket, behind the gate. {@code receive} throws only after the socket was closed. After repeated failures the socket counts
 * as not alive, and still retries.
 */
final class ServerSocket extends DatagramSocket implements Gate.Engine<GatedConnection> {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private static final int BUFFER = 1 << 22;
    private static final int MAX_FAILURES = 10;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private volatile int failures;
    private final Object released = new Object();
    // Threads in a system call on the socket. Each keeps the address bound until it returns, even after the close.
    private final AtomicInteger inSystemCall = new AtomicInteger();

    private final Gate<GatedConnection> gate;

    ServerSocket(InetSocketAddress local, Gate.Factory gates) throws SocketException {
        super(local);
        this.gate = gates.make(this);
        setReceiveBufferSize(BUFFER);
        setSendBufferSize(BUFFER);
    }

    boolean alive() {
        return !isClosed() && failures < MAX_FAILURES;
    }

    // Only the single receiving thread calls this.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @Override
    public void receive(DatagramPacket packet) throws IOException {
        while (true) {
            inSystemCall.incrementAndGet();
            try {
                super.receive(packet);
                failures = 0;
                if (admits(packet)) {
                    return;
                }
            } catch (IOException e) {
                if (isClosed()) {
                    throw e;
                }
                failures++;
                LockSupport.parkNanos(PAUSE);
            } finally {
                systemCallReturned();
            }
        }
    }

    Gate<GatedConnection> gate() {
        return gate;
    }

    private boolean admits(DatagramPacket packet) {
        ByteBuffer datagram = ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
        return gate.admits(datagram, (InetSocketAddress) packet.getSocketAddress());
    }

    @Override
    public void send(byte[] datagram, InetSocketAddress client) {
        try {
            send(new DatagramPacket(datagram, datagram.length, client));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot send: {0}", e.getMessage());
        }
    }

    @Override
    public boolean isSound(ByteBuffer datagram, byte[] id) {
        return FrameLengths.isSound(datagram, id);
    }

    @Override
    public void giveUp(GatedConnection connection) {
        connection.giveUp();
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        inSystemCall.incrementAndGet();
        try {
            super.send(packet);
        } catch (IOException e) {
            // A client that is unreachable for a moment must not end its connection: QUIC sends again what is lost.
            if (isClosed()) {
                throw e;
            }
        } finally {
            systemCallReturned();
        }
    }

    private void systemCallReturned() {
        if (inSystemCall.decrementAndGet() == 0 && isClosed()) {
            synchronized (released) {
                released.notifyAll();
            }
        }
    }

    /** Waits until the address of the closed socket is free: a moment, as the close ends all system calls on it. */
    boolean awaitReleased(Deadline deadline) throws InterruptedException {
        synchronized (released) {
            while (inSystemCall.get() > 0) {
                if (deadline.hasPassed()) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(released, deadline.nanosLeft());
            }
        }
        return true;
    }
}
