package io.quicpool.testing;

import io.quicpool.config.KeyMaterial;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes keys and certificates to files, as tools would. */
public final class KeyFiles {

    private static final Base64.Encoder BASE64 = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private KeyFiles() {}

    public static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + BASE64.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    public static String pem(List<X509Certificate> certificates) throws GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append("subject=")
                    .append(certificate.getSubjectX500Principal())
                    .append('\n');
            text.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return text.toString();
    }

    public static String pem(KeyMaterial material) {
        return pem("PRIVATE KEY", material.privateKey().getEncoded());
    }

    public static Path keys(Path file, String type, String password, Map<String, KeyMaterial> entries)
            throws GeneralSecurityException, IOException {
        return store(file, type, password, store -> {
            for (Map.Entry<String, KeyMaterial> entry : entries.entrySet()) {
                store.setKeyEntry(
                        entry.getKey(),
                        entry.getValue().privateKey(),
                        password.toCharArray(),
                        entry.getValue().certificateChain().toArray(Certificate[]::new));
            }
        });
    }

    public static Path certificate(Path file, String type, String password, X509Certificate certificate)
            throws GeneralSecurityException, IOException {
        return store(file, type, password, store -> store.setCertificateEntry("issuer", certificate));
    }

    public static Path empty(Path file, String type, String password) throws GeneralSecurityException, IOException {
        return store(file, type, password, store -> {});
    }

    private interface Content {
        void into(KeyStore store) throws GeneralSecurityException;
    }

    private static Path store(Path file, String type, String password, Content content)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        content.into(store);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, password.toCharArray());
        }
        return file;
    }
}
