package io.quicpool.transport.kwik;

import io.quicpool.transport.ListenerEvents;
import io.quicpool.transport.gate.Gate;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import tech.kwik.core.server.impl.ServerConnectionImpl;

/**
 * A listener's socket. Its {@code receive} does not throw before it is closed: kwik's answer to that is
 * {@code System.exit}. A socket that fails again and again says so to whoever asks, and goes on trying.
 */
final class ServerSocket extends DatagramSocket implements Gate.Engine<ServerConnectionImpl> {

    private static final System.Logger LOG = System.getLogger("io.quicpool.kwik");

    private static final int BUFFER = 1 << 22;
    private static final int FAILED = 10;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private volatile int failures;
    private final Object released = new Object();
    // Threads in a system call on it: each holds the address, closed or not, until it has come back.
    private final AtomicInteger inside = new AtomicInteger();

    private final Gate<ServerConnectionImpl> gate;

    ServerSocket(InetSocketAddress local, ListenerEvents events, int maxHandshakes, boolean retry)
            throws SocketException {
        super(local);
        this.gate = new Gate<>(events, maxHandshakes, retry, this);
        setReceiveBufferSize(BUFFER);
        setSendBufferSize(BUFFER);
    }

    boolean alive() {
        return !isClosed() && failures < FAILED;
    }

    // Only kwik's one receiver thread comes here.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @Override
    public void receive(DatagramPacket packet) throws IOException {
        while (true) {
            inside.incrementAndGet();
            try {
                super.receive(packet);
                failures = 0;
                if (admits(packet)) {
                    return;
                }
            } catch (IOException e) {
                if (isClosed()) {
                    // kwik closes it after it has told its receiver to stop, which then takes this for the end.
                    throw e;
                }
                failures++;
                LockSupport.parkNanos(PAUSE);
            } finally {
                left();
            }
        }
    }

    Gate<ServerConnectionImpl> gate() {
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
            LOG.log(Level.DEBUG, "a Retry could not be sent: {0}", e.getMessage());
        }
    }

    @Override
    public void giveUp(ServerConnectionImpl connection) {
        KwikInternals.giveUp(connection);
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        inside.incrementAndGet();
        try {
            super.send(packet);
        } catch (IOException e) {
            // One client that cannot be reached must not end the sending to it for good: what is lost is sent again.
            if (isClosed()) {
                throw e;
            }
        } finally {
            left();
        }
    }

    private void left() {
        if (inside.decrementAndGet() == 0 && isClosed()) {
            synchronized (released) {
                released.notifyAll();
            }
        }
    }

    /** Waits until the address of the closed socket is free: a moment, for who was in a system call is told to come back. */
    boolean awaitReleased(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (released) {
            while (inside.get() > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                released.wait(left);
            }
        }
        return true;
    }
}
