package io.quicpool.tls;

import io.quicpool.config.Fingerprint;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Mode self-signed: accepts one certificate only. It is the one with the configured fingerprint, or else that of the first completed
 * handshake. Not of the first certificate shown: any server can show any certificate, and only a completed handshake proves that it has
 * the key.
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
    public void handshakeDone(List<X509Certificate> chain) throws CertificateException {
        if (chain.isEmpty()) {
            throw new CertificateException("the server gave no certificate");
        }
        Fingerprint shown = Fingerprint.of(chain.get(0));
        // Several handshakes may complete at a time: the first one decides.
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
