package io.quicpool.transport.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import io.quicpool.transport.EngineStream;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;

/** A client and a server over kwik, without pools. */
abstract class KwikPeers {

    final Queue<EngineStream> accepted = new ConcurrentLinkedQueue<>();
    final RawPeer server = new RawPeer(accepted::add);
    final RawPeer client = new RawPeer();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    Connection connect(int maxStreams) throws Exception {
        return client.connect(server.listen(maxStreams).localAddress());
    }

    EngineStream peerOf(EngineStream opened, Connection connection) {
        assertThat(opened.connection()).isSameAs(connection);
        await().pollInterval(Duration.ofMillis(1)).until(() -> !accepted.isEmpty());
        return accepted.remove();
    }

    KwikConnection serverSide() {
        await().until(() -> !server.connections.isEmpty());
        return (KwikConnection) server.connections.element();
    }
}
