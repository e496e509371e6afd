package io.quicpool.tls;

import io.quicpool.config.Fingerprint;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Mode self-signed: accepts one certificate only, the one whose fingerprint was given or else the first that is shown. The
 * engine has already made sure that the server has its private key.
 */
final class PinnedTrust extends ServerTrust {

    private final AtomicReference<@Nullable Fingerprint> pinned;

    PinnedTrust(@Nullable Fingerprint given) {
        pinned = new AtomicReference<@Nullable Fingerprint>(given);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        requireCertificate(chain);
        Fingerprint shown = Fingerprint.of(chain[0]);
        pinned.compareAndSet(null, shown);
        if (!shown.equals(pinned.get())) {
            throw new CertificateException(
                    "the server's certificate has the fingerprint " + shown + ", but " + pinned.get() + " is pinned");
        }
    }
}
