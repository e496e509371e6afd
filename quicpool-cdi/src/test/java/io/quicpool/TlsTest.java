package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The three TLS modes: what is accepted, what is refused, and what the operator reads. */
class TlsTest {

    private static final KeyMaterial AUTHORITY = TestCertificates.authority();
    private static final TrustMaterial TRUST = TrustMaterial.of(AUTHORITY.certificateChain());

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ClientPool client(KeyMaterial certificate, String host, UnaryOperator<ClientPoolConfigBuilder> settings) {
        ServerPool server = pools.server(s -> s.certificate(certificate));
        return pools.keep(QuicPools.open(settings.apply(ClientPoolConfig.builder()
                        .transport(Pools.CLIENT_ENGINE)
                        .target(host + ":" + server.localAddress().getPort()))
                .build()));
    }

    private static void assertAccepted(ClientPool client) {
        await().until(client::ready);
        assertThat(client.errorCount()).isZero();
    }

    private static void assertRefused(ClientPool client, String... why) {
        await().until(() -> client.errorCount() > 0);
        assertThat(client.snapshot().lastError()).contains("cannot connect to").contains(why);
        assertThat(client.ready()).isFalse();
    }

    @Test
    void insecureAcceptsAnything() {
        assertAccepted(client(TestCertificates.selfSigned("elsewhere"), "127.0.0.1", c -> c.tlsMode("0")));
    }

    /** Names of containers may have underscores, host names may not (RFC 952). */
    @Test
    void aNameMayHaveAnUnderscoreIfItIsNotChecked() {
        KeyMaterial certificate = TestCertificates.selfSigned("elsewhere");
        assertAccepted(client(
                certificate, "127.0.0.1", c -> c.tlsMode(TlsMode.INSECURE).hostname("orders_1.example")));
        assertAccepted(client(
                certificate, "127.0.0.1", c -> c.tlsMode(TlsMode.SELF_SIGNED).hostname("orders_1.example")));
        KeyMaterial issued = TestCertificates.issuedBy(AUTHORITY, "orders.example");
        assertRefused(
                client(issued, "127.0.0.1", c -> c.trust(TRUST).hostname("orders_1.example")), "orders_1.example");
    }

    @Test
    void selfSignedAcceptsThePinnedCertificateOnly() {
        KeyMaterial certificate = TestCertificates.selfSigned("elsewhere");
        assertAccepted(client(
                certificate, "127.0.0.1", c -> c.tlsMode(TlsMode.SELF_SIGNED).fingerprint(certificate.fingerprint())));
        KeyMaterial other = TestCertificates.selfSigned("elsewhere");
        assertRefused(
                client(other, "127.0.0.1", c -> c.tlsMode(TlsMode.SELF_SIGNED).fingerprint(certificate.fingerprint())),
                other.fingerprint().toString(),
                certificate.fingerprint() + " is pinned");
    }

    @Test
    void selfSignedPinsOnFirstUseAndRefusesAChange() {
        ServerPool first = pools.server(s -> s);
        String address = "127.0.0.1:" + first.localAddress().getPort();
        ClientPool client = pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target(address)
                .tlsMode(TlsMode.SELF_SIGNED)
                .build()));
        assertAccepted(client);
        first.close();
        ServerPool impostor = pools.server(s -> s.certificate(TestCertificates.selfSigned("impostor")), address);
        await().until(() -> String.valueOf(client.snapshot().lastError()).contains("is pinned"));
        assertThat(client.ready()).isFalse();
        impostor.close();
        pools.server(s -> s, address);
        await().until(client::ready);
    }

    @Test
    void verifiedAcceptsATrustedIssuerAndTheRightName() {
        KeyMaterial named = TestCertificates.issuedBy(AUTHORITY, "localhost");
        assertAccepted(client(named, "localhost", c -> c.trust(TRUST)));
        assertAccepted(client(named, "127.0.0.1", c -> c.trust(TRUST).hostname("localhost")));
    }

    /** The dot is for the lookup; a server that is asked for a name with it may refuse. */
    @Test
    void verifiedAcceptsAnAbsoluteName() {
        KeyMaterial named = TestCertificates.issuedBy(AUTHORITY, "orders.example");
        assertAccepted(client(named, "127.0.0.1", c -> c.trust(TRUST).hostname("orders.example.")));
    }

    @Test
    void verifiedChecksAnIpAddressAgainstTheCertificate() {
        assertAccepted(client(TestCertificates.issuedBy(AUTHORITY, "127.0.0.1"), "127.0.0.1", c -> c.trust(TRUST)));
        assertRefused(
                client(TestCertificates.issuedBy(AUTHORITY, "127.0.0.2"), "127.0.0.1", c -> c.trust(TRUST)),
                "not accepted for 127.0.0.1");
    }

    @Test
    void verifiedRefusesAnotherName() {
        assertRefused(
                client(TestCertificates.issuedBy(AUTHORITY, "elsewhere"), "localhost", c -> c.trust(TRUST)),
                "not accepted for localhost");
    }

    @Test
    void verifiedRefusesAnIssuerThatIsNotTrusted() {
        KeyMaterial untrusted = TestCertificates.issuedBy(TestCertificates.authority(), "localhost");
        assertRefused(client(untrusted, "localhost", c -> c.trust(TRUST)), "not accepted for localhost");
        // The JDK's trust store is the default.
        assertRefused(client(untrusted, "localhost", c -> c), "the JDK's trust store");
    }

    @Test
    void rsaAndEcCertificatesWork() {
        for (KeyMaterial certificate :
                List.of(TestCertificates.selfSignedRsa("localhost"), TestCertificates.selfSigned("localhost"))) {
            assertAccepted(client(certificate, "localhost", c -> c.tlsMode(TlsMode.SELF_SIGNED)
                    .fingerprint(certificate.fingerprint())));
        }
    }

    @Test
    void ipVersionSixWorks() {
        ServerPool server = pools.server(s -> s, "[::1]:0");
        ClientPool client = pools.client("[::1]:" + server.localAddress().getPort(), c -> c);
        assertAccepted(client);
    }
}
