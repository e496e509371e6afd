package io.quicpool.tls;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.Printable;
import io.quicpool.config.TrustMaterial;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/**
 * What a client asks of a server's certificates: one trust manager per pool and TLS mode, host name and all. An engine that
 * uses it adds no check of its own.
 */
public abstract class ServerTrust implements X509TrustManager {

    private static final int LONGEST = 300;

    ServerTrust() {}

    /**
     * The trust manager of a pool's TLS mode. Make it once for the life of the pool: what is pinned on first use is pinned
     * here.
     *
     * @param config the pool's settings
     * @return the trust manager
     */
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
     * A handshake is complete, so the server has the key of the first of these. What is pinned on first use is pinned by this, not by what
     * {@link #checkServerTrusted} was shown.
     *
     * @param chain what the server has shown, its own certificate first
     * @throws CertificateException when the certificate is not accepted any more: the connection is not to be used
     */
    public void proved(List<X509Certificate> chain) throws CertificateException {
        // Most modes ask for nothing that was not known before.
    }

    // The JDK answers this with an exception that is not for the user.
    static void requireCertificate(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("the server gave no certificate");
        }
    }

    // The JDK quotes names in certificates.
    static String said(CertificateException e) {
        return Printable.said(String.valueOf(e.getMessage()), LONGEST);
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this trust manager checks servers only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    /** Mode insecure: the pool has said so aloud when it was opened. */
    private static final class AnyTrust extends ServerTrust {

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // That is what insecure means.
        }
    }
}
