package io.quicpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The certificate that is pinned on first use belongs to a key that the server has. */
@Tag("contract")
class PinTest {

    private final Pools pools = new Pools();

    @AfterEach
    void close() {
        pools.close();
    }

    private ClientPool pinning(AtomicReference<InetSocketAddress> where) {
        return pools.keep(QuicPools.open(ClientPoolConfig.builder()
                .transport(Pools.CLIENT_ENGINE)
                .target("peer:1")
                .resolver(target -> List.of(where.get()))
                .tlsMode(TlsMode.SELF_SIGNED)
                .build()));
    }

    /** A certificate without its key: CertificateVerify is signed with another key. */
    private static KeyMaterial stolen() {
        KeyMaterial shown = TestCertificates.selfSigned("localhost");
        try {
            Field key = KeyMaterial.class.getDeclaredField("privateKey");
            key.setAccessible(true);
            key.set(shown, TestCertificates.selfSigned("localhost").privateKey());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return shown;
    }

    @Test
    void aServerWithoutTheKeyOfItsCertificateIsNotPinned() {
        // The engine that does not check that key and certificate match.
        ServerPool hostile = pools.server(s -> s.transport("kwik").certificate(stolen()));
        ServerPool real = pools.server(s -> s);
        AtomicReference<InetSocketAddress> where = new AtomicReference<>(hostile.localAddress());
        ClientPool client = pinning(where);
        await().until(() -> client.errorCount() > 0);
        assertThat(client.ready()).isFalse();
        where.set(real.localAddress());
        await().until(client::ready);
    }

    @Test
    void afterTheFirstHandshakeOnlyThatCertificateIsAccepted() {
        ServerPool first = pools.server(s -> s);
        ServerPool other = pools.server(s -> s.certificate(TestCertificates.selfSigned("localhost")));
        AtomicReference<InetSocketAddress> where = new AtomicReference<>(first.localAddress());
        ClientPool client = pinning(where);
        await().until(client::ready);
        where.set(other.localAddress());
        first.close();
        await().until(() -> String.valueOf(client.snapshot().lastError()).contains("is pinned"));
        assertThat(client.ready()).isFalse();
    }
}
