package io.quicpool.tls;

import io.quicpool.config.Printable;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TrustMaterial;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The check of clients' certificates: a chain to a trusted issuer (RFC 5280). Names are not checked; a handler may do so. */
public final class ClientTrust implements X509TrustManager {

    private final TrustMaterial trust;
    private final X509ExtendedTrustManager pkix;

    private ClientTrust(TrustMaterial trust) {
        this.trust = trust;
        this.pkix = trust.trustManager();
    }

    /** The trust manager of a pool; null when it does not ask its clients. */
    public static @Nullable X509TrustManager of(ServerPoolConfig config) {
        TrustMaterial trust = config.clientTrust();
        return trust == null ? null : new ClientTrust(trust);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            pkix.checkClientTrusted(chain, "UNKNOWN");
        } catch (CertificateException e) {
            throw new CertificateException(
                    "the client's certificate is not accepted by " + trust + ": " + ServerTrust.said(e),
                    Printable.cause(e));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this trust manager checks clients only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return pkix.getAcceptedIssuers();
    }
}
