package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import io.quicpool.config.PoolLabel;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.core.connection.ClientConnection;
import io.quicpool.core.connection.ClientConnections;
import io.quicpool.core.report.Metrics;
import io.quicpool.core.report.PoolLog;
import io.quicpool.core.threads.PoolThreads;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.TestCertificates;
import io.quicpool.transport.Connection;
import io.quicpool.transport.ConnectionEvents;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** A reason from an engine is one line of visible characters, whatever the engine has done about it. */
class PeerReasonTest {

    private static final String REASON = "bad\u0085WARN forged\u202e\r\nx";
    private static final String SHOWN = "bad WARN forged   x";

    private final List<String> told = new CopyOnWriteArrayList<>();

    @Test
    void ofAServerThatEndsItsConnection() throws Exception {
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        FakeConnection connection = new FakeConnection();
        PoolThreads threads = new PoolThreads("orders");
        ClientConnections connections = new ClientConnections(
                threads,
                new PoolLog(PoolLabel.client("orders")),
                new Metrics(),
                each -> {
                    events.set(each);
                    return connection;
                },
                new ClientConnection.Owner() {
                    @Override
                    public void up(Connection up) {}

                    @Override
                    public void down(Connection down, String reason) {
                        told.add(reason);
                    }
                },
                1);
        threads.decide(connections::connect);
        await().until(() -> connections.open().size() == 1);
        connection.alive = false;
        events.get().lost(REASON);
        await().until(() -> !told.isEmpty());
        assertThat(told).containsExactly(SHOWN);
        connections.close();
        assertThat(threads.close(SOON)).isTrue();
    }

    @Test
    void ofAClientThatEndsItsConnectionOrItsHandshake() throws Exception {
        try (LogOf log = new LogOf("io.quicpool", Level.INFO);
                CoreServerPool pool = new CoreServerPool(ServerPoolConfig.builder()
                        .name("orders")
                        .listen("localhost:0")
                        .certificate(TestCertificates.selfSigned("orders"))
                        .build())) {
            pool.addListener(new PoolListener() {
                @Override
                public void peerLost(StreamPool lost, String reason) {
                    told.add(reason);
                }
            });
            pool.clients.connected(new FakeConnection()).lost(REASON);
            await().until(() -> !told.isEmpty());
            assertThat(told).containsExactly(SHOWN);
            pool.clients.handshakeFailed(FakeConnection.ADDRESS, REASON);
            assertThat(log.lines("server orders: ").stream().filter(line -> line.contains("WARN forged")))
                    .hasSize(2)
                    .allMatch(line -> line.endsWith(SHOWN));
        }
    }
}
