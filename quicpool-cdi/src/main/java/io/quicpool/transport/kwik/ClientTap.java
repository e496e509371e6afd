package io.quicpool.transport.kwik;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.packet.QuicPacket;

/** The tap of a client's connection. It also delays the first packet until kwik is ready for it. */
class ClientTap extends PacketTap {

    private final Duration timeout;
    private volatile @Nullable KwikConnection connection;
    private volatile @Nullable Thread connecting;
    private volatile boolean helloSent;
    // Only for the receiver thread.
    private boolean recorded;

    /** {@code timeout} is how long connecting may take. */
    ClientTap(Duration timeout) {
        this.timeout = timeout;
    }

    /** Sets the connection, before it connects. */
    void watch(KwikConnection made) {
        connection = made;
    }

    @Override
    @Nullable KwikConnection connection() {
        return connection;
    }

    /** Waits until the last handshake message has left. */
    void awaitHandshakeSent(QuicConnectionImpl quic) {
        KwikInternals.awaitHandshakeSent(quic, timeout);
    }

    /** Sets the thread that is about to connect. */
    void connecting(Thread thread) {
        connecting = thread;
    }

    // On the connecting thread, just before it records its ClientHello.
    @Override
    public void sentPacketInfo(String info) {
        helloSent = true;
    }

    // The answer may come before the connecting thread has recorded its ClientHello and that the handshake has begun.
    // It then fails, or is forgotten. When all is recorded, that thread waits for the end of the handshake.
    @Override
    public void received(Instant time, int datagram, QuicPacket packet) {
        Thread thread = connecting;
        if (!recorded && thread != null) {
            KwikInternals.awaitOtherThread(() -> helloSent && thread.getState() == Thread.State.TIMED_WAITING, timeout);
            recorded = true;
        }
        super.received(time, datagram, packet);
    }

    // On the sender's thread, after the datagram has left.
    @Override
    public void sent(Instant time, List<QuicPacket> packets) {
        KwikConnection made = connection;
        if (made != null && packets.stream().anyMatch(PacketTap::closes)) {
            made.endWithoutDraining();
        }
    }

    // kwik passes the internal error that ends a connection to its logger only.
    @Override
    public void error(String message, Throwable error) {
        super.error(message, error);
        KwikConnection made = connection;
        if (made != null && message.startsWith("Aborting")) {
            made.failed(error);
        }
    }
}
