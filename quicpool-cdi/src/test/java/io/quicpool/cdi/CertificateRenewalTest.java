package io.quicpool.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.KeyMaterial;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate of a server that runs is replaced: by code, and by new files. */
class CertificateRenewalTest {

    private static final KeyMaterial RENEWED = TestCertificates.selfSigned("localhost", "127.0.0.1");

    @TempDir
    private Path folder;

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ClientPool pinning(KeyMaterial certificate, ServerPool server) {
        return pools.client(server, c -> c.fingerprint(certificate.fingerprint()));
    }

    @Test
    void newConnectionsGetTheNewOneAndThoseThatAreUpStay() throws Exception {
        ServerPool server = pools.server(s -> s);
        ClientPool before = pinning(Pools.CERTIFICATE, server);
        await().until(before::ready);
        server.certificate(RENEWED);
        await().until(pinning(RENEWED, server)::ready);
        ClientPool refusing = pinning(Pools.CERTIFICATE, server);
        await().until(() -> refusing.errorCount() > 0);
        assertThat(refusing.snapshot().lastError()).contains("fingerprint");
        assertThat(before.ready()).isTrue();
        assertThat(before.snapshot().totals().lost()).isZero();
    }

    @Test
    void aClosedPoolRefusesIt() {
        ServerPool server = pools.server(s -> s);
        server.close();
        assertThat(server.state()).isEqualTo(PoolState.CLOSED);
        assertThatThrownBy(() -> server.certificate(RENEWED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is CLOSED");
    }

    /** The other pools are not affected. */
    @Test
    void newFilesOfAClosedPoolAreLeftAlone() throws Exception {
        try (App app = App.start(App.server("orders", folder))) {
            PoolRegistry registry = app.get(PoolRegistry.class);
            registry.server("orders").close();
            App.pem(folder, RENEWED);
            assertThatCode(Objects.requireNonNull(registry.open()).renewal()::check)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void newFilesAreFoundAndHalfWrittenOnesLeftAlone() throws Exception {
        try (App app = App.start(App.server("orders", folder))) {
            PoolRegistry registry = app.get(PoolRegistry.class);
            ServerPool server = registry.server("orders");
            CertificateRenewal renewal = Objects.requireNonNull(registry.open()).renewal();
            ClientPool before = pinning(Pools.CERTIFICATE, server);
            await().until(before::ready);

            renewal.check();
            await().until(pinning(Pools.CERTIFICATE, server)::ready);

            Path file = App.pem(folder, RENEWED);
            String whole = Files.readString(file);
            Files.writeString(file, whole.substring(0, whole.length() / 2));
            renewal.check();
            await().until(pinning(Pools.CERTIFICATE, server)::ready);

            Files.writeString(file, whole);
            renewal.check();
            await().until(pinning(RENEWED, server)::ready);
            assertThat(before.ready()).isTrue();
            assertThat(before.snapshot().totals().lost()).isZero();
            assertThat(registry.pools()).extracting(StreamPool::ready).containsOnly(true);
        }
    }
}
