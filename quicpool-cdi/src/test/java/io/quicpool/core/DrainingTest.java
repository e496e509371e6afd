package io.quicpool.core;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.PoolState;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.testing.FakeConnection;
import io.quicpool.testing.Pools;
import io.quicpool.testing.UnacknowledgedConnection;
import io.quicpool.transport.Listener;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Clients that acknowledge nothing cost a server that drains its time, and the other clients none. */
class DrainingTest {

    private static final int HOSTILE = 200;
    private static final int HONEST = 20;

    private final Listener listener = (Listener) Proxy.newProxyInstance(
            Listener.class.getClassLoader(),
            new Class<?>[] {Listener.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "localAddress" -> FakeConnection.ADDRESS;
                case "alive", "close" -> true;
                default -> null;
            });

    private CoreServerPool server() throws IOException {
        CoreServerPool server = new CoreServerPool(ServerPoolConfig.builder()
                .name("orders")
                .listen("localhost:1")
                .certificate(Pools.CERTIFICATE)
                .build());
        server.start(same -> listener);
        return server;
    }

    private static List<UnacknowledgedConnection> connect(CoreServerPool server, int count) {
        List<UnacknowledgedConnection> connections =
                Stream.generate(UnacknowledgedConnection::new).limit(count).toList();
        connections.forEach(server.clients::connected);
        return connections;
    }

    @Test
    void aClientThatAcknowledgesIsClosedWhateverOthersDo() throws Exception {
        CoreServerPool server = server();
        List<UnacknowledgedConnection> hostile = connect(server, HOSTILE);
        List<UnacknowledgedConnection> honest = connect(server, HONEST);
        honest.forEach(UnacknowledgedConnection::acknowledge);
        Thread closing = new Thread(() -> server.close(SOON));
        closing.start();
        await().until(() -> honest.stream().allMatch(UnacknowledgedConnection::isClosed));
        assertThat(server.state()).isEqualTo(PoolState.CLOSING);
        assertThat(hostile).noneMatch(UnacknowledgedConnection::isClosed);
        hostile.forEach(UnacknowledgedConnection::acknowledge);
        closing.join(SOON.toMillis());
        assertThat(server.state()).isEqualTo(PoolState.CLOSED);
    }
}
