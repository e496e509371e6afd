package io.quicpool.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Asks another, and remembers why it refused, which engines do not pass on. */
public final class RecordingTrust implements X509TrustManager {

    private final X509TrustManager decider;
    private volatile @Nullable CertificateException refusal;

    /** Records what another decides. */
    public RecordingTrust(X509TrustManager decider) {
        this.decider = decider;
    }

    /** Why a certificate was refused; null when none was. */
    public @Nullable CertificateException refusal() {
        return refusal;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            // What engines say of the key differs; the JDK's checks want what fits any TLS 1.3 suite.
            decider.checkServerTrusted(chain, "UNKNOWN");
        } catch (CertificateException e) {
            refusal = e;
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        decider.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return decider.getAcceptedIssuers();
    }
}
