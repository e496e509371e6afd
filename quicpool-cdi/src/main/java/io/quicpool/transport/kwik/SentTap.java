package io.quicpool.transport.kwik;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.log.LogProxy;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.QuicPacket;

/** The logger of one server's connection. Packets alone do not show whose they are: clients may have no connection id. */
final class SentTap extends LogProxy {

    private final Consumer<GatedConnection> onCloseSent;
    private volatile @Nullable GatedConnection connection;

    SentTap(Logger all, byte[] id, Consumer<GatedConnection> onCloseSent) {
        super(all, id);
        this.onCloseSent = onCloseSent;
    }

    void watch(GatedConnection made) {
        connection = made;
    }

    @Override
    public void sent(Instant time, List<QuicPacket> packets) {
        super.sent(time, packets);
        GatedConnection sender = connection;
        if (sender != null && sender.closeLeft(packets)) {
            onCloseSent.accept(sender);
        }
    }
}
