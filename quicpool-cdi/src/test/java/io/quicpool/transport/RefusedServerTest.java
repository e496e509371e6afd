package io.quicpool.transport;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.Engines;
import io.quicpool.testing.Pools;
import io.quicpool.testing.RawPeer;
import io.quicpool.testing.TestCertificates;
import io.quicpool.tls.ServerTrust;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A client that does not accept the certificate of a server. */
class RefusedServerTest {

    private static final int CLIENTS = 20;

    /** Otherwise the server keeps each handshake until it has taken too long. */
    @Test
    void theServerIsToldEachTime() {
        try (Pools pools = new Pools()) {
            ServerPool server = pools.server(s -> s);
            ConnectSpec spec = distrustful(RawPeer.spec(server.localAddress(), "np-quic"));
            for (int i = 0; i < CLIENTS; i++) {
                assertThatThrownBy(() -> Engines.named(Pools.CLIENT_ENGINE).connect(spec, EngineEvents.REJECT_ALL))
                        .hasMessageContaining("the server's certificate is not accepted");
            }
            await().until(() -> refused(server, "failed-handshake") + refused(server, "slow-handshake") == CLIENTS);
            assertThat(refused(server, "slow-handshake")).isZero();
        }
    }

    private static long refused(ServerPool server, String reason) {
        Map<String, Long> refused = server.snapshot().totals().refused();
        return refused.getOrDefault(reason, 0L);
    }

    private static ConnectSpec distrustful(ConnectSpec spec) {
        ClientPoolConfig config = ClientPoolConfig.builder()
                .target("localhost:1")
                .trust(TrustMaterial.of(TestCertificates.authority().certificateChain()))
                .connectTimeout(SOON)
                .build();
        return new ConnectSpec(spec.poolName(), spec.remote(), ServerTrust.of(config), spec.alpn(), config);
    }
}
