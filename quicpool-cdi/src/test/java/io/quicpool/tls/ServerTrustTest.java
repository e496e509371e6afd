package io.quicpool.tls;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cases that no real server of an engine produces. Whole handshakes are in TlsTest. */
class ServerTrustTest {

    private static ServerTrust trust(TlsMode mode) {
        return ServerTrust.of(ClientPoolConfig.builder()
                .target("orders.example:4433")
                .tlsMode(mode)
                .build());
    }

    @ParameterizedTest
    @EnumSource(names = {"SELF_SIGNED", "VERIFIED"})
    void aServerThatShowsNoCertificateIsRefused(TlsMode mode) {
        assertThatThrownBy(() -> trust(mode).checkServerTrusted(new X509Certificate[0], "UNKNOWN"))
                .isInstanceOf(CertificateException.class)
                .hasMessage("the server gave no certificate");
    }

    /** A server without a certificate pins nothing. */
    @Test
    void theFirstCertificateIsPinnedNotTheLackOfOne() throws Exception {
        X509TrustManager pinning = trust(TlsMode.SELF_SIGNED);
        X509Certificate[] shown = Pools.CERTIFICATE.certificateChain().toArray(X509Certificate[]::new);
        assertThatThrownBy(() -> pinning.checkServerTrusted(new X509Certificate[0], "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
        pinning.checkServerTrusted(shown, "UNKNOWN");
    }

    /** Several handshakes may be under way before the first is complete. */
    @Test
    void theFirstCompleteHandshakeDecidesWhichCertificateIsPinned() throws Exception {
        ServerTrust pinning = trust(TlsMode.SELF_SIGNED);
        List<X509Certificate> one = Pools.CERTIFICATE.certificateChain();
        List<X509Certificate> other = TestCertificates.selfSigned("localhost").certificateChain();
        pinning.checkServerTrusted(one.toArray(X509Certificate[]::new), "UNKNOWN");
        pinning.checkServerTrusted(other.toArray(X509Certificate[]::new), "UNKNOWN");
        pinning.handshakeDone(one);
        assertThatThrownBy(() -> pinning.handshakeDone(other)).hasMessageContaining("is pinned");
        pinning.handshakeDone(one);
    }
}
