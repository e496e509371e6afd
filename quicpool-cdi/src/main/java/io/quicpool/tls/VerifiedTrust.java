package io.quicpool.tls;

import io.quicpool.config.Printable;
import io.quicpool.config.TrustMaterial;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.regex.Pattern;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Mode verified: the chain must lead to a trusted issuer, and the certificate must be for the host, by name or by IP address
 * (RFC 9525). The JDK does both checks, as for HTTPS; {@link HostNames} adds a stricter one for names.
 */
final class VerifiedTrust extends ServerTrust {

    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    private final X509ExtendedTrustManager pkix;
    private final TrustMaterial trust;
    private final String host;

    VerifiedTrust(TrustMaterial trust, String host) {
        this.trust = trust;
        this.pkix = trust.trustManager();
        this.host = host;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        requireCertificate(chain);
        try {
            pkix.checkServerTrusted(chain, authType, new IdentityEngine(host));
            if (!IP_ADDRESS.matcher(host).matches()) {
                HostNames.check(host, chain[0]);
            }
        } catch (CertificateException e) {
            throw new CertificateException(
                    "the server's certificate is not accepted for " + host + " by " + trust + ": " + said(e),
                    Printable.cause(e));
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return pkix.getAcceptedIssuers();
    }
}
