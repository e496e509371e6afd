package io.quicpool.transport.kwik;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.testing.Crowd;
import io.quicpool.testing.RawPeer;
import io.quicpool.transport.Connection;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that both sides close, with a client that is slow: the close may be over before it has started it. */
class ClosingStressTest {

    private static final int CONNECTIONS = 200;
    private static final int THREADS = 20;
    // Three probe time-outs of kwik take 400 ms on a new connection.
    private static final long SLOWEST = TimeUnit.MILLISECONDS.toNanos(1500);

    private final RawPeer server = new RawPeer();
    private final RawPeer client = new RawPeer();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void eachConnectionIsFreedWhicheverSideClosesFirst() throws Exception {
        InetSocketAddress there = server.listen(10).localAddress();
        assertThat(Crowd.of(THREADS, CONNECTIONS, () -> isFreed(there))).doesNotContain(false);
    }

    private boolean isFreed(InetSocketAddress there) throws Exception {
        ClientTap slow = new ClientTap(SOON) {
            @Override
            public void info(String message) {
                if (message.startsWith("Closing ")) {
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(SLOWEST));
                }
            }
        };
        Connection here = new KwikConnector(RawPeer.spec(there, "np-quic"), client, slow).connect();
        Connection other =
                await().until(() -> otherSideOf(here), Optional::isPresent).orElseThrow();
        Thread closing = KwikThreads.start("closing", () -> other.close(0, "bye"));
        here.close(0, "bye");
        closing.join();
        // Less than the longest wait.
        return here.awaitClosed(SOON) && other.awaitClosed(SOON);
    }

    private Optional<Connection> otherSideOf(Connection here) {
        int port = here.localAddress().getPort();
        return server.connections.stream()
                .filter(each -> each.remoteAddress().getPort() == port)
                .findAny();
    }
}
