package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.quicpool.TlsSession;
import io.quicpool.config.KeyMaterial;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.ListenSpec;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;

/** Keys and trust in the forms that Netty takes. Whom to trust is decided by the pool's own trust managers, all of it. */
final class NettyTls {

    private NettyTls() {}

    /** One for each connection: none is resumed, so each server shows its certificate. */
    static QuicSslContext client(ConnectSpec spec, X509TrustManager trust) throws IOException {
        QuicSslContextBuilder builder = QuicSslContextBuilder.forClient()
                .trustManager(trust)
                .endpointIdentificationAlgorithm("")
                .applicationProtocols(spec.alpn());
        KeyMaterial certificate = spec.clientCertificate();
        try {
            if (certificate != null) {
                builder.keyManager(certificate.privateKey(), null, chain(certificate));
            }
            return builder.build();
        } catch (RuntimeException e) {
            throw new IOException("the client certificate cannot be used: " + text(e), e);
        }
    }

    static QuicSslContext server(ListenSpec spec, KeyMaterial certificate) throws IOException {
        try {
            QuicSslContextBuilder builder = QuicSslContextBuilder.forServer(
                            certificate.privateKey(), null, chain(certificate))
                    .applicationProtocols(spec.alpn());
            X509TrustManager clients = spec.clientTrust();
            if (clients != null) {
                builder.clientAuth(
                                spec.clientAuth() == io.quicpool.config.ClientAuth.NEED
                                        ? ClientAuth.REQUIRE
                                        : ClientAuth.OPTIONAL)
                        .trustManager(clients);
            }
            return builder.build();
        } catch (RuntimeException e) {
            throw new IOException("the certificate cannot be used: " + text(e), e);
        }
    }

    private static X509Certificate[] chain(KeyMaterial material) {
        return material.certificateChain().toArray(X509Certificate[]::new);
    }

    private static String text(Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return String.valueOf(cause.getMessage());
    }

    static TlsSession session(SSLSession session) {
        List<X509Certificate> peers = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    peers.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            // It has shown none.
        }
        return new TlsSession(session.getProtocol(), session.getCipherSuite(), peers);
    }
}
