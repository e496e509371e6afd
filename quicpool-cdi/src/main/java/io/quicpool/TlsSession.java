package io.quicpool;

import io.quicpool.config.Printable;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What TLS agreed on for the connection of a stream.
 *
 * @param protocol the version of TLS; QUIC knows only {@code TLSv1.3} (RFC 9001)
 * @param cipherSuite the standard name of the cipher suite, such as {@code TLS_AES_128_GCM_SHA256}
 * @param peerCertificates the peer's certificates, its own first; empty when it gave none (a client usually does not)
 */
public record TlsSession(String protocol, String cipherSuite, List<X509Certificate> peerCertificates) {

    private static final int LONGEST_NAME = 200;

    /**
     * Keeps an unmodifiable copy of the certificates.
     *
     * @param protocol the version of TLS
     * @param cipherSuite the cipher suite
     * @param peerCertificates the peer's certificates, its own first
     */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }

    /** Says what was agreed on and who the peer is, not its whole certificate. */
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
                                        LONGEST_NAME));
    }
}
