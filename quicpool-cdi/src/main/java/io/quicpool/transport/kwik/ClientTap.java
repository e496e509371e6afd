package io.quicpool.transport.kwik;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.packet.QuicPacket;

/** The tap of a client's connection: it also holds the first packet back until kwik is ready for an answer. */
class ClientTap extends PacketTap {

    private final Duration patience;
    private volatile @Nullable KwikConnection connection;
    // Only of the thread that receives.
    private boolean begun;

    /** Makes one for an attempt to connect that may take so long. */
    ClientTap(Duration patience) {
        this.patience = patience;
    }

    /** Before it connects. */
    void of(KwikConnection made) {
        connection = made;
    }

    @Override
    @Nullable KwikConnection connection() {
        return connection;
    }

    // The answer may be here before the thread that connects has noted what it asked.
    @Override
    public void received(Instant time, int datagram, QuicPacket packet) {
        KwikConnection made = connection;
        if (!begun && made != null) {
            KwikInternals.awaitHelloNoted(made.quic(), patience);
            begun = true;
        }
        super.received(time, datagram, packet);
    }

    // On the thread that sends: it is on its way.
    @Override
    public void sent(Instant time, List<QuicPacket> packets) {
        KwikConnection made = connection;
        if (made != null && packets.stream().anyMatch(PacketTap::closes)) {
            made.endNow();
        }
    }

    // The only one that is told for which error it gives the connection up.
    @Override
    public void error(String message, Throwable error) {
        super.error(message, error);
        KwikConnection made = connection;
        if (made != null) {
            made.failed(error);
        }
    }
}
