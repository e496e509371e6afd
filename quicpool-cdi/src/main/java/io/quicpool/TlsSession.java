package io.quicpool;

import io.quicpool.config.Printable;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The TLS session of a connection.
 *
 * @param protocol the version of TLS; QUIC has only {@code TLSv1.3} (RFC 9001)
 * @param cipherSuite the standard name of the cipher suite, such as {@code TLS_AES_128_GCM_SHA256}
 * @param peerCertificates the peer's certificates, its own first; empty when it has none, as most clients
 */
public record TlsSession(String protocol, String cipherSuite, List<X509Certificate> peerCertificates) {

    private static final int MAX_NAME_LENGTH = 200;

    /** Keeps an unmodifiable copy of the certificates. */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }

    /** The protocol, the cipher suite and the name of the peer, without the certificates. */
    @Override
    public String toString() {
        return protocol + " " + cipherSuite
                + (peerCertificates.isEmpty()
                        ? ""
                        : " with "
                                + Printable.said(
                                        peerCertificates
                                                .get(0)
                                                .getSubjectX500Principal()
                                                .getName(),
                                        MAX_NAME_LENGTH));
    }
}
