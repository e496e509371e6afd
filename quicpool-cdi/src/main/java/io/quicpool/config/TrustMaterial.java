package io.quicpool.config;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The issuers whose certificates are accepted. */
public final class TrustMaterial {

    private final String source;
    private final X509ExtendedTrustManager trustManager;

    private TrustMaterial(String source, @Nullable KeyStore anchors) {
        this.source = source;
        this.trustManager = pkix(anchors);
    }

    /** The issuers that the JDK trusts ({@code cacerts}, or what {@code javax.net.ssl.trustStore} names). */
    public static TrustMaterial jdk() {
        return new TrustMaterial("the JDK's trust store", null);
    }

    /**
     * Only the given issuers.
     *
     * @param issuers at least one certificate
     * @throws ConfigException when there is none
     */
    public static TrustMaterial of(Collection<X509Certificate> issuers) {
        return of("(given in code)", issuers);
    }

    private static TrustMaterial of(Object source, Collection<X509Certificate> issuers) {
        if (issuers.isEmpty()) {
            throw new ConfigException("trust-store", source, "has no certificate to trust");
        }
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            int number = 0;
            for (X509Certificate issuer : issuers) {
                anchors.setCertificateEntry("issuer-" + number++, issuer);
            }
            return new TrustMaterial(source.toString(), anchors);
        } catch (GeneralSecurityException | IOException e) {
            throw new ConfigException("trust-store", source, "cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The issuers in a key store. The password is not kept.
     *
     * @param file the key store
     * @param type such as {@code PKCS12} or {@code JKS}; null for PKCS12
     * @param password of the store; null when it has none
     * @throws ConfigException when the store cannot be read, the password is wrong, or it has no trusted certificate
     */
    public static TrustMaterial fromKeyStore(Path file, @Nullable String type, char @Nullable [] password) {
        KeyStore store = KeyStores.load("trust-store", file, type, password);
        try {
            boolean usable = false;
            for (String alias : Collections.list(store.aliases())) {
                usable |= store.isCertificateEntry(alias);
            }
            if (!usable) {
                throw new ConfigException(
                        "trust-store",
                        file,
                        password == null
                                ? "has no trusted certificate entry that can be read without its password"
                                : "has no trusted certificate entry");
            }
            return new TrustMaterial(file.toString(), store);
        } catch (GeneralSecurityException e) {
            throw new ConfigException("trust-store", file, "cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The issuers in a PEM file.
     *
     * @param file one or more certificates
     * @throws ConfigException when the file cannot be read or has none
     */
    public static TrustMaterial fromPem(Path file) {
        List<X509Certificate> issuers = Pem.certificates("trust-store", file);
        return of(file, issuers);
    }

    private static X509ExtendedTrustManager pkix(@Nullable KeyStore anchors) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(anchors);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new ConfigException("trust-store", "(PKIX)", "cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Checks a chain against these issuers (PKIX, RFC 5280).
     *
     * @return the JDK's trust manager
     */
    public X509ExtendedTrustManager trustManager() {
        return trustManager;
    }

    /** Where the issuers are from. */
    @Override
    public String toString() {
        return source;
    }
}
