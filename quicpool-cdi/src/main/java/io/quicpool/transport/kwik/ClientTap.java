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

    // The answer may come before the connecting thread has recorded its ClientHello.
    @Override
    public void received(Instant time, int datagram, QuicPacket packet) {
        KwikConnection made = connection;
        if (!recorded && made != null) {
            KwikInternals.awaitClientHelloRecorded(made.quic(), timeout);
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
        if (made != null) {
            made.failed(error);
        }
    }
}
