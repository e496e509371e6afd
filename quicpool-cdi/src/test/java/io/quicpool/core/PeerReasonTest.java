package io.quicpool.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PoolListener;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
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
    void ofAServerThatEndsItsConnection() {
        AtomicReference<ConnectionEvents> events = new AtomicReference<>();
        FakeConnection connection = new FakeConnection();
        CoreClientPool pool = new CoreClientPool(
                "orders", ClientPoolConfig.builder().target("localhost:1").build(), each -> connection);
        ClientConnections connections = new ClientConnections(
                pool,
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
        pool.threads.decide(connections::connect);
        await().until(() -> connections.open().size() == 1);
        connection.alive = false;
        events.get().lost(REASON);
        await().until(() -> !told.isEmpty());
        assertThat(told).containsExactly(SHOWN);
        connections.close();
        pool.close();
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
            pool.connected(new FakeConnection()).lost(REASON);
            await().until(() -> !told.isEmpty());
            assertThat(told).containsExactly(SHOWN);
            pool.handshakeFailed(FakeConnection.ADDRESS, REASON);
            assertThat(log.lines("server orders: ").stream().filter(line -> line.contains("WARN forged")))
                    .hasSize(2)
                    .allMatch(line -> line.endsWith(SHOWN));
        }
    }
}
