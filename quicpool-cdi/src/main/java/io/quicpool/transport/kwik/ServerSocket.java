package io.quicpool.transport.kwik;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A listener's socket. Its {@code receive} does not throw before it is closed: kwik's answer to that is
 * {@code System.exit}. A socket that fails again and again says so to whoever asks, and goes on trying.
 */
final class ServerSocket extends DatagramSocket {

    private static final int BUFFER = 1 << 22;
    private static final int FAILED = 10;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private volatile int failures;

    ServerSocket(InetSocketAddress local) throws SocketException {
        super(local);
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
            try {
                super.receive(packet);
                failures = 0;
                return;
            } catch (IOException e) {
                if (isClosed()) {
                    // kwik closes it after it has told its receiver to stop, which then takes this for the end.
                    throw e;
                }
                failures++;
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        try {
            super.send(packet);
        } catch (IOException e) {
            // One client that cannot be reached must not end the sending to it for good: what is lost is sent again.
            if (isClosed()) {
                throw e;
            }
        }
    }
}
