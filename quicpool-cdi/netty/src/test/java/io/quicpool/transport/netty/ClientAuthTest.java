package io.quicpool.transport.netty;

import static io.quicpool.testing.Patience.SOON;
import static io.quicpool.testing.Pools.awaitIdle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PooledStream;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientAuth;
import io.quicpool.config.CongestionControl;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What kwik cannot do: mutual TLS, and a choice of congestion control. */
class ClientAuthTest {

    private static final KeyMaterial FRIEND = TestCertificates.selfSigned("friend");
    // Of the same name: a client shows no certificate of an issuer that the server does not name.
    private static final KeyMaterial UNTRUSTED = TestCertificates.selfSigned("friend");

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ServerPool server(ClientAuth auth) {
        return pools.server(s -> s.transport("netty")
                .clientAuth(auth)
                .clientTrust(TrustMaterial.of(List.of(FRIEND.certificateChain().get(0)))));
    }

    @Test
    void theHandlerSeesTheClientsCertificate() throws Exception {
        ServerPool server = server(ClientAuth.NEED);
        for (String engine : List.of("netty", "kwik")) {
            ClientPool client = pools.client(
                    server, c -> c.name(engine).transport(engine).capacity(1, 1).clientCertificate(FRIEND));
            awaitIdle(client, 1);
            try (PooledStream here = client.take(SOON);
                    PooledStream there = server.take(here.id(), SOON)) {
                assertThat(there.tlsSession().peerCertificates()).containsExactlyElementsOf(FRIEND.certificateChain());
                assertThat(here.tlsSession().peerCertificates())
                        .containsExactlyElementsOf(Pools.CERTIFICATE.certificateChain());
            }
            client.close();
        }
    }

    @Test
    void aClientWithoutATrustedCertificateIsRefusedIfOneIsNeeded() {
        ServerPool server = server(ClientAuth.NEED);
        for (String engine : List.of("netty", "kwik")) {
            ClientPool none = pools.client(
                    server, c -> c.name(engine + " without").transport(engine).capacity(1, 1));
            ClientPool other = pools.client(server, c -> c.name(engine + " with another")
                    .transport(engine)
                    .capacity(1, 1)
                    .clientCertificate(UNTRUSTED));
            await().until(() -> none.errorCount() + none.snapshot().totals().lost() > 1);
            await().until(() -> other.errorCount() + other.snapshot().totals().lost() > 1);
            assertThat(none.ready()).isFalse();
            assertThat(other.ready()).isFalse();
            none.close();
            other.close();
        }
        assertThat(server.active()).isZero();
        assertThat(server.snapshot().totals().connects()).isZero();
        await().untilAsserted(
                        () -> assertThat(server.snapshot().totals().refused().get("failed-handshake"))
                                .isGreaterThan(3));
    }

    @Test
    void aWantedCertificateMayBeMissingButNotUntrusted() throws Exception {
        ServerPool server = server(ClientAuth.WANT);
        ClientPool none = pools.client(server, c -> c.transport("netty").capacity(1, 1));
        awaitIdle(none, 1);
        try (PooledStream here = none.take(SOON);
                PooledStream there = server.take(here.id(), SOON)) {
            assertThat(there.tlsSession().peerCertificates()).isEmpty();
        }
        ClientPool other = pools.client(
                server, c -> c.name("other").transport("netty").capacity(1, 1).clientCertificate(UNTRUSTED));
        await().until(() -> other.errorCount() + other.snapshot().totals().lost() > 1);
        assertThat(other.ready()).isFalse();
    }

    @Test
    void congestionControlIsChosen() throws Exception {
        for (CongestionControl each : CongestionControl.values()) {
            ServerPool server = pools.server(s -> s.transport("netty").congestionControl(each));
            ClientPool client = pools.client(
                    server, c -> c.transport("netty").congestionControl(each).capacity(1, 1));
            byte[] much = new byte[1_000_000];
            try (PooledStream here = client.take(SOON);
                    PooledStream there = server.take(here.id(), SOON)) {
                Thread writer = new Thread(() -> {
                    try {
                        here.outputStream().write(much);
                        here.outputStream().close();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                writer.start();
                assertThat(there.inputStream().readAllBytes()).isEqualTo(much);
                writer.join();
            }
            client.close();
            server.close();
        }
    }
}
