package io.quicpool.tls;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Printable;
import io.quicpool.config.TrustMaterial;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/**
 * The checks of a server's certificates, host name included: one trust manager for each client pool, by its TLS mode. The engine adds no
 * check of its own.
 */
public abstract class ServerTrust implements X509TrustManager {

    private static final int MAX_REASON = 300;

    ServerTrust() {}

    /** Makes the trust manager of a pool, once for its life: it holds the certificate that is pinned on first use. */
    public static ServerTrust of(ClientPoolConfig config) {
        return switch (config.tlsMode()) {
            case INSECURE -> new AnyTrust();
            case SELF_SIGNED -> new PinnedTrust(config.fingerprint());
            case VERIFIED -> {
                TrustMaterial trust = config.trust();
                yield new VerifiedTrust(trust == null ? TrustMaterial.jdk() : trust, config.serverName());
            }
        };
    }

    /**
     * A handshake is complete, which proves that the server has the key. Pinning on first use happens here, not in {@link
     * #checkServerTrusted}.
     *
     * @param chain the server's certificates, its own first
     * @throws CertificateException when the certificate is no longer accepted: the connection must not be used
     */
    public void handshakeDone(List<X509Certificate> chain) throws CertificateException {
        // Most modes have checked everything before.
    }

    // For an empty chain the JDK throws an exception that says nothing to a user.
    static void requireCertificate(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("the server gave no certificate");
        }
    }

    // The message may quote names in the certificate, so it is made printable.
    static String said(CertificateException e) {
        return Printable.said(String.valueOf(e.getMessage()), MAX_REASON);
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this trust manager checks servers only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    /** Mode insecure: the pool warns about it when it opens. */
    private static final class AnyTrust extends ServerTrust {

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // Accepts everything.
        }
    }
}
