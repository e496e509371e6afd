package io.quicpool.transport.netty;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslSessionContext;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.ClientAuth;
import io.quicpool.TlsSession;
import io.quicpool.config.KeyMaterial;
import io.quicpool.transport.ConnectSpec;
import io.quicpool.transport.ListenSpec;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.X509TrustManager;

/** Converts keys and trust to the forms that Netty takes. The pool's own trust managers make all decisions. */
final class NettyTls {

    private static final SecureRandom RANDOM = new SecureRandom();

    private NettyTls() {}

    /**
     * The server name to send (SNI); empty for none where Netty refuses the name, as one with an underscore. A trailing dot is dropped
     * (RFC 6066, section 3).
     */
    static String sni(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        try {
            return new SNIHostName(name).getAsciiName();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Makes the context of one connection. Without a shared context no session is resumed, so each server shows its certificate. */
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

    /**
     * Makes the session tickets that were given useless. A resumed session would outlive the client's certificate, and changes of the
     * trusted issuers. Netty cannot turn tickets off, so their key is replaced after each handshake. On the event loop.
     */
    static void invalidateTickets(QuicChannel connection) {
        SSLSessionContext sessions =
                Objects.requireNonNull(connection.sslEngine()).getSession().getSessionContext();
        ((QuicSslSessionContext) sessions)
                .setTicketKeys(new SslSessionTicketKey(
                        random(SslSessionTicketKey.NAME_SIZE),
                        random(SslSessionTicketKey.HMAC_KEY_SIZE),
                        random(SslSessionTicketKey.AES_KEY_SIZE)));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
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
            // The peer has no certificate.
        }
        return new TlsSession(session.getProtocol(), session.getCipherSuite(), peers);
    }
}
