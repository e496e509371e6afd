package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a handshake fails, the logs of both sides name the pool and the reason. */
class HandshakeFailureLogTest {

    private final Pools pools = new Pools();
    private final LogOf log = new LogOf("io.quicpool");

    @AfterEach
    void close() {
        pools.close();
        log.close();
    }

    @Test
    void aClientThatDoesNotTrustTheServer() {
        KeyMaterial authority = TestCertificates.authority();
        ServerPool server = pools.server(s -> s.name("orders"));
        pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .name("orders")
                .target("127.0.0.1:" + server.localAddress().getPort())
                .trust(TrustMaterial.of(authority.certificateChain()))
                .build()));
        assertBothLogs("the server's certificate is not accepted for ", "closed by the peer", "(transport error 0x1");
    }

    @Test
    void anotherProtocol() {
        ServerPool server = pools.server(s -> s.name("orders").alpn("other"));
        pools.client(server, c -> c.name("orders"));
        assertBothLogs("no application protocol in common", "no application protocol");
    }

    private void assertBothLogs(String ofClient, String... ofServer) {
        await().untilAsserted(() -> {
            assertThat(log.lines("client orders: cannot connect to 127.0.0.1:"))
                    .anyMatch(line -> line.contains(ofClient));
            assertThat(log.lines("server orders: refused 127.0.0.1:"))
                    .anySatisfy(line -> assertThat(line.replace('_', ' ').toLowerCase(Locale.ROOT))
                            .contains("its handshake failed (alpn, certificates): ")
                            .contains(ofServer));
        });
    }
}
