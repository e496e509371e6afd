package io.quicpool.transport.kwik;

import io.quicpool.config.KeyMaterial;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.engine.TlsServerEngineFactory;

/** Converts keys and certificates to the forms that kwik takes. */
final class KwikTls {

    static final String ALIAS = "quicpool";

    private KwikTls() {}

    /** A key store in memory, with the password that kwik requires. */
    static final class Store {

        private final KeyStore keyStore;
        private final char[] password;

        private Store(KeyStore keyStore, char[] password) {
            this.keyStore = keyStore;
            this.password = password;
        }

        KeyStore keyStore() {
            return keyStore;
        }

        char[] password() {
            return password;
        }

        static Store of(KeyMaterial material) throws IOException {
            char[] password =
                    new BigInteger(128, new SecureRandom()).toString(36).toCharArray();
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry(
                        ALIAS,
                        material.privateKey(),
                        password,
                        material.certificateChain().toArray(X509Certificate[]::new));
                return new Store(store, password);
            } catch (GeneralSecurityException e) {
                throw new IOException("the certificate cannot be used: " + e.getMessage(), e);
            }
        }

        X509ExtendedKeyManager keyManager() throws IOException {
            try {
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(keyStore, password);
                return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
            } catch (GeneralSecurityException e) {
                throw new IOException("the client certificate cannot be used: " + e.getMessage(), e);
            }
        }
    }

    /** Makes the factory of a server's TLS engines. */
    static TlsServerEngineFactory server(KeyMaterial material) throws IOException {
        Store store = Store.of(material);
        try {
            return withoutTickets(new TlsServerEngineFactory(store.keyStore, ALIAS, store.password, curve(material)));
        } catch (CertificateException e) {
            throw new IOException("the certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Turns session tickets off (RFC 8446, section 4.6.1). Connections are pooled, so clients gain nothing by tickets. kwik keeps each
     * ticket for a day, without a limit, and serves a client with a ticket before its address is validated (0-RTT). {@code dispose} ends
     * the ticket store and its thread.
     */
    static TlsServerEngineFactory withoutTickets(TlsServerEngineFactory server) {
        server.dispose();
        return server;
    }

    /** kwik's name of the curve of an EC certificate; null for RSA. */
    static @Nullable String curve(KeyMaterial material) throws IOException {
        PublicKey key = material.certificateChain().get(0).getPublicKey();
        if (!(key instanceof ECPublicKey ec)) {
            return null;
        }
        int bits = ec.getParams().getCurve().getField().getFieldSize();
        return switch (bits) {
            case 256, 384, 521 -> "secp" + bits + "r1";
            default ->
                throw new IOException(
                        "the certificate's EC curve has " + bits + " bits; it must be P-256, P-384 or P-521");
        };
    }
}
