package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.Pools;
import io.quicpool.testing.Relay;
import io.quicpool.testing.TestCertificates;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The messages about connecting, and lost connections that docs/troubleshooting.md quotes are real. */
class ConnectingMessagesTest extends QuotedMessages {

    @Test
    void noAnswer() throws Exception {
        try (DatagramSocket mute = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ClientPool client = client("127.0.0.1:" + mute.getLocalPort(), c -> c.connectTimeout(SHORT));
            saysAll("No answer while connecting");
            healthShows("No answer while connecting", client);
        }
    }

    @Test
    void nobodyListens() {
        ClientPool client = client("127.0.0.1:" + Pools.freePort(), c -> c);
        saysAll("Nobody listens");
        healthShows("Nobody listens", client);
    }

    @Test
    void unknownHost() {
        // Longer than a name may be, so no name server is asked.
        ClientPool client = client("a".repeat(70) + ":4433", c -> c);
        saysAll("The host is unknown, or its address has changed");
        healthShows("The host is unknown, or its address has changed", client);
    }

    @Test
    void certificate() {
        KeyMaterial authority = TestCertificates.authority();
        TrustMaterial trust = TrustMaterial.of(authority.certificateChain());
        KeyMaterial untrusted = TestCertificates.selfSigned("localhost");
        KeyMaterial expired = TestCertificates.expiredOf(authority, "localhost");
        KeyMaterial elsewhere = TestCertificates.issuedBy(authority, "elsewhere");
        KeyMaterial elsewhereByAddress = TestCertificates.issuedBy(authority, "127.0.0.2");
        verified(untrusted, "localhost", trust);
        verified(elsewhere, "localhost", trust);
        verified(elsewhereByAddress, "127.0.0.1", trust);
        verified(expired, "localhost", trust);
        client(pools.server(s -> s.certificate(untrusted)), c -> c);
        saysAll("The certificate is refused");
        watched.forEach(client -> healthShows("The certificate is refused", client));
    }

    private void verified(KeyMaterial certificate, String host, TrustMaterial trust) {
        ServerPool server = pools.server(s -> s.certificate(certificate));
        watch(pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .target(host + ":" + server.localAddress().getPort())
                .trust(trust)
                .build())));
    }

    @Test
    void nothingIsChecked() {
        pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .target("127.0.0.1:" + Pools.freePort())
                .tlsMode(TlsMode.INSECURE)
                .build()));
        saysAll("A warning that the certificate is not checked");
    }

    @Test
    void anotherProtocol() {
        ServerPool server = pools.server(s -> s.alpn("other"));
        ClientPool client = client(server, c -> c);
        saysAll("Another application protocol");
        healthShows("Another application protocol", client);
    }

    @Test
    void addressNotAllowed() {
        ServerPool server = pools.server(s -> s.allowClient("10.0.0.0/8"));
        client(server, c -> c);
        saysAll("The client's address is not allowed");
        assertThat(server.snapshot().totals().refused().get("address")).isPositive();
    }

    @Test
    void tooManyClients() {
        ServerPool server = pools.server(s -> s.maxConnections(1));
        Pools.awaitIdle(client(server, c -> c.capacity(1, 1)), 1);
        client(server, c -> c);
        saysAll("Too many clients");
        assertThat(server.snapshot().totals().refused().get("connections")).isPositive();
    }

    @Test
    void oneConnectionMore() {
        ServerPool server = pools.server(s -> s.maxConnections(1));
        client(server, c -> c.capacity(4, 4).streamsPerConnection(2));
        saysAll("An additional connection is refused");
    }

    @Test
    void lostAndFound() {
        ServerPool first = pools.server(s -> s);
        String address = "127.0.0.1:" + first.localAddress().getPort();
        ClientPool client = client(address, c -> c.capacity(1, 1));
        Pools.awaitIdle(client, 1);
        first.close();
        await().until(() -> everything().stream().anyMatch(text -> text.contains("nobody listens there (")));
        pools.server(s -> s, address);
        saysAll("The connection is lost and comes back");
        Map<String, Long> evicted = client.snapshot().totals().evicted();
        assertThat(evicted.get("peer-ended") + evicted.get("link-lost")).isPositive();
    }

    @Test
    void silence() throws Exception {
        ServerPool server = pools.server(s -> s.keepAlive(Duration.ofMillis(700)));
        try (Relay blocked = new Relay(server.localAddress());
                Relay gone = new Relay(server.localAddress())) {
            for (Relay relay : List.of(blocked, gone)) {
                // Not only for a moment between two attempts that take long.
                ClientPool client = client(
                        "127.0.0.1:" + relay.port(), c -> c.capacity(1, 1).connectTimeout(Duration.ofSeconds(2)));
                Pools.awaitIdle(client, 1);
            }
            blocked.block();
            gone.vanish();
            saysAll("The peer stops answering");
            await().untilAsserted(() -> assertThat(watched).allSatisfy(client -> {
                Map<String, Long> evicted = client.snapshot().totals().evicted();
                assertThat(evicted.get("link-lost")).isPositive();
                assertThat(evicted.get("peer-ended")).isZero();
            }));
            watched.forEach(client -> healthShows("The peer stops answering", client));
        }
    }
}
