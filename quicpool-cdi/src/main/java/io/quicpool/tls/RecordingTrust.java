package io.quicpool.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Delegates to a trust manager and remembers why it refused, since engines do not pass the reason on. */
public final class RecordingTrust implements X509TrustManager {

    private final X509TrustManager delegate;
    private volatile @Nullable CertificateException refusal;

    /** Wraps the trust manager that decides. */
    public RecordingTrust(X509TrustManager delegate) {
        this.delegate = delegate;
    }

    /** Why a certificate was refused; null when none was. */
    public @Nullable CertificateException refusal() {
        return refusal;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            // Engines name different key types; UNKNOWN is what the JDK expects for all TLS 1.3 suites.
            delegate.checkServerTrusted(chain, "UNKNOWN");
        } catch (CertificateException e) {
            refusal = e;
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        delegate.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return delegate.getAcceptedIssuers();
    }
}
