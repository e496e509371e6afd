package io.quicpool.tls;

import io.quicpool.config.Fingerprint;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Mode self-signed: accepts one certificate only, the one whose fingerprint was given, or else that of the first handshake that is
 * completed. Any server can show any certificate: that it has the key is not known before the handshake is over.
 */
final class PinnedTrust extends ServerTrust {

    private final AtomicReference<@Nullable Fingerprint> pinned;

    PinnedTrust(@Nullable Fingerprint given) {
        pinned = new AtomicReference<@Nullable Fingerprint>(given);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        requireCertificate(chain);
        Fingerprint expected = pinned.get();
        if (expected != null) {
            requireSame(Fingerprint.of(chain[0]), expected);
        }
    }

    @Override
    public void proved(List<X509Certificate> chain) throws CertificateException {
        if (chain.isEmpty()) {
            throw new CertificateException("the server gave no certificate");
        }
        Fingerprint shown = Fingerprint.of(chain.get(0));
        // Several may connect at a time, to several servers: the first of them decides.
        Fingerprint before = pinned.compareAndExchange(null, shown);
        requireSame(shown, before == null ? shown : before);
    }

    private static void requireSame(Fingerprint shown, Fingerprint expected) throws CertificateException {
        if (!shown.equals(expected)) {
            throw new CertificateException(
                    "the server's certificate has the fingerprint " + shown + ", but " + expected + " is pinned");
        }
    }
}
