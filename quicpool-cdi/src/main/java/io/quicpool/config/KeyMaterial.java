package io.quicpool.config;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A private key and its certificate chain, which one side presents to the other. Never shows the key. */
public final class KeyMaterial {

    private static final String CERTIFICATE = "certificate";
    private static final String KEY_STORE = "key-store";

    private final PrivateKey privateKey;
    private final List<X509Certificate> chain;

    private KeyMaterial(String property, Object source, PrivateKey privateKey, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            throw new ConfigException(property, source, "has no certificate");
        }
        this.privateKey = privateKey;
        this.chain = List.copyOf(chain);
        if (!belongTogether(property, source, privateKey, chain.get(0).getPublicKey())) {
            throw new ConfigException(property, source, "the private key does not belong to the first certificate");
        }
    }

    /**
     * A key and its chain from objects.
     *
     * @param privateKey an EC or RSA key
     * @param chain the key's own certificate first, then those of its issuers
     * @throws ConfigException when the chain is empty or the key does not belong to its first certificate
     */
    public static KeyMaterial of(PrivateKey privateKey, List<X509Certificate> chain) {
        return new KeyMaterial(CERTIFICATE, "(given in code)", privateKey, chain);
    }

    /**
     * Reads a key and its chain from a key store. The password is not kept.
     *
     * @param file the key store
     * @param type such as {@code PKCS12} or {@code JKS}; null for PKCS12
     * @param password of the store and of its key
     * @param alias which entry; null for the only key entry
     * @throws ConfigException when the store cannot be read, the password is wrong, or there is no such key
     */
    public static KeyMaterial fromKeyStore(Path file, @Nullable String type, char[] password, @Nullable String alias) {
        KeyStore store = KeyStores.load(KEY_STORE, file, type, password);
        try {
            String entry = alias == null ? onlyKey(store, file) : alias;
            Key key = store.getKey(entry, password);
            Certificate[] certificates = store.getCertificateChain(entry);
            if (!(key instanceof PrivateKey privateKey) || certificates == null) {
                throw new ConfigException(
                        "key-alias", entry, "is not a private key in " + file + "; it has " + aliases(store));
            }
            List<X509Certificate> chain =
                    Arrays.stream(certificates).map(X509Certificate.class::cast).toList();
            return new KeyMaterial(KEY_STORE, file, privateKey, chain);
        } catch (UnrecoverableKeyException e) {
            throw new ConfigException(KEY_STORE, file, "the password of the key is not that of the store");
        } catch (GeneralSecurityException e) {
            throw new ConfigException(KEY_STORE, file, "has a key that is damaged, or that this Java cannot read");
        }
    }

    private static String onlyKey(KeyStore store, Path file) throws KeyStoreException {
        List<String> keys = new ArrayList<>();
        for (String alias : aliases(store)) {
            if (store.isKeyEntry(alias)) {
                keys.add(alias);
            }
        }
        if (keys.size() != 1) {
            throw new ConfigException(
                    KEY_STORE,
                    file,
                    keys.isEmpty() ? "has no private key" : "has several keys; set key-alias to one of " + keys);
        }
        return keys.get(0);
    }

    private static List<String> aliases(KeyStore store) throws KeyStoreException {
        return Collections.list(store.aliases());
    }

    /**
     * Reads a key and its chain from PEM files.
     *
     * @param certificateChain the certificates, the key's own first
     * @param privateKey an unencrypted PKCS#8 key, EC or RSA; may be the same file
     * @throws ConfigException when a file cannot be read or holds something else; if both files have a problem, that of the
     *     certificates is a suppressed exception
     */
    public static KeyMaterial fromPem(Path certificateChain, Path privateKey) {
        PrivateKey key;
        try {
            key = Pem.privateKey(CERTIFICATE, privateKey);
        } catch (ConfigException e) {
            try {
                Pem.certificates(CERTIFICATE, certificateChain);
            } catch (ConfigException other) {
                // One file that cannot be read is one problem.
                if (!Objects.equals(other.getMessage(), e.getMessage())) {
                    e.addSuppressed(other);
                }
            }
            throw e;
        }
        return new KeyMaterial(CERTIFICATE, certificateChain, key, Pem.certificates(CERTIFICATE, certificateChain));
    }

    private static boolean belongTogether(String property, Object source, PrivateKey privateKey, PublicKey publicKey) {
        String algorithm = privateKey.getAlgorithm();
        if (!algorithm.equals("EC") && !algorithm.equals("RSA")) {
            throw new ConfigException(property, source, "has a private key of type " + algorithm + "; use EC or RSA");
        }
        if (!algorithm.equals(publicKey.getAlgorithm())) {
            return false;
        }
        byte[] sample = {1, 2, 3};
        byte[] signed;
        Signature signature;
        try {
            signature = Signature.getInstance(algorithm.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(privateKey);
            signature.update(sample);
            signed = signature.sign();
        } catch (GeneralSecurityException e) {
            throw new ConfigException(property, source, "has a private key that cannot sign: " + e.getMessage(), e);
        }
        try {
            signature.initVerify(publicKey);
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException otherCurveOrLength) {
            return false;
        }
    }

    /** The private key. */
    public PrivateKey privateKey() {
        return privateKey;
    }

    /**
     * The certificates.
     *
     * @return the key's own first
     */
    public List<X509Certificate> certificateChain() {
        return chain;
    }

    /**
     * The fingerprint that a peer pins.
     *
     * @return that of the first certificate
     */
    public Fingerprint fingerprint() {
        return Fingerprint.of(chain.get(0));
    }

    /** The subject of the certificate and its fingerprint, nothing of the key. */
    @Override
    public String toString() {
        return chain.get(0).getSubjectX500Principal().getName() + " " + fingerprint();
    }
}
