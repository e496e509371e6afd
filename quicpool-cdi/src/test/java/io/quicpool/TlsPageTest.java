package io.quicpool;

import static io.quicpool.testing.Patience.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TlsMode;
import io.quicpool.config.TrustMaterial;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/tls.md says and no other test shows. */
class TlsPageTest {

    private static final KeyMaterial AUTHORITY = TestCertificates.authority();
    private static final TrustMaterial TRUST = TrustMaterial.of(AUTHORITY.certificateChain());

    @TempDir
    Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ClientPool client(KeyMaterial certificate, String hostname, TrustMaterial trust) {
        ServerPool server = pools.server(s -> s.certificate(certificate));
        return pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target("127.0.0.1:" + server.localAddress().getPort())
                .hostname(hostname)
                .trust(trust)
                .build()));
    }

    @Test
    void aWildcardStandsForOneLabel() {
        KeyMaterial wild = TestCertificates.issuedBy(AUTHORITY, "*.shop.example");
        ClientPool accepted = client(wild, "orders.shop.example", TRUST);
        ClientPool refused = client(wild, "eu.orders.shop.example", TRUST);
        await().until(accepted::ready);
        await().until(() -> refused.errorCount() > 0);
        assertThat(refused.snapshot().lastError()).contains("not accepted for eu.orders.shop.example");
    }

    @Test
    void aWildcardIsAWholeLabelAndACommonNameIsNoName() {
        ClientPool part = client(TestCertificates.issuedBy(AUTHORITY, "o*.shop.example"), "orders.shop.example", TRUST);
        await().until(() -> part.errorCount() > 0);
        assertThat(part.snapshot().lastError())
                .contains("not accepted for orders.shop.example")
                .contains("No subject alternative DNS name matching orders.shop.example found, only o*.shop.example");
        ClientPool common =
                client(TestCertificates.withCommonNameOnly(AUTHORITY, "orders.example"), "orders.example", TRUST);
        await().until(() -> common.errorCount() > 0);
        assertThat(common.snapshot().lastError()).contains("the common name of a certificate does not count");
    }

    /** The dot at the end of an absolute name is no part of the name in TLS. */
    @Test
    void aNameMayBeAbsolute() {
        ClientPool client = client(TestCertificates.issuedBy(AUTHORITY, "Orders.example"), "orders.example.", TRUST);
        await().until(client::ready);
    }

    @Test
    void aCertificateThatIsTrustedItselfMayHaveExpired() {
        KeyMaterial expired = TestCertificates.expired("orders.example");
        ClientPool client = client(expired, "orders.example", TrustMaterial.of(expired.certificateChain()));
        await().until(client::ready);
    }

    @Test
    void aSelfSignedCertificateCanBeTheOneThatIsTrusted() {
        KeyMaterial own = TestCertificates.selfSigned("orders.example");
        ClientPool client = client(own, "orders.example", TrustMaterial.of(own.certificateChain()));
        await().until(client::ready);
    }

    @Test
    void filesAreReadOnceAndCertificatesAreCheckedWhenConnecting() throws Exception {
        Path pem = write(TestCertificates.selfSigned("first"));
        ServerPool server = pools.server(s -> s.certificate(KeyMaterial.fromPem(pem, pem)));
        String target = "127.0.0.1:" + server.localAddress().getPort();
        ClientPool before = onFirstUse(target);
        await().until(before::ready);
        write(TestCertificates.selfSigned("second"));
        // The pool that is open shows the old one, to new clients too.
        ClientPool after = onFirstUse(target);
        assertThat(subject(after)).isEqualTo("CN=first");
        server.close();
        // After a restart the new one. A pool that has pinned the old one refuses it, a new pool does not.
        pools.server(s -> s.certificate(KeyMaterial.fromPem(pem, pem)), target);
        await().until(() -> String.valueOf(before.snapshot().lastError()).contains("is pinned"));
        assertThat(subject(onFirstUse(target))).isEqualTo("CN=second");
    }

    private Path write(KeyMaterial material) throws IOException, GeneralSecurityException {
        return Files.writeString(
                folder.resolve("server.pem"), KeyFiles.pem(material) + KeyFiles.pem(material.certificateChain()));
    }

    private ClientPool onFirstUse(String target) {
        return pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target(target)
                .tlsMode(TlsMode.SELF_SIGNED)
                .build()));
    }

    private static String subject(ClientPool client) throws InterruptedException {
        try (PooledStream stream = client.take(SOON)) {
            return stream.tlsSession()
                    .peerCertificates()
                    .get(0)
                    .getSubjectX500Principal()
                    .getName();
        }
    }
}
