package io.quicpool.settings;

import static io.quicpool.config.PoolOptions.*;

import io.quicpool.config.ConfigException;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolOption;
import io.quicpool.config.Printable;
import io.quicpool.config.TrustMaterial;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the properties for keys and certificates. They depend on each other and name files. */
final class TlsFiles {

    private final PoolReader<?> reader;

    TlsFiles(PoolReader<?> reader) {
        this.reader = reader;
    }

    /** Whether a property of the key or its certificate was reported. Then the others are not checked. */
    boolean isKeyLeftOut() {
        return reader.isLeftOut(KEY_STORE, KEY_STORE_TYPE, KEY_STORE_PASSWORD, KEY_ALIAS, CERTIFICATE, PRIVATE_KEY);
    }

    /** Key and certificate, from a key store or from PEM files; null when neither is set. */
    @Nullable KeyMaterial key() {
        if (isKeyLeftOut()) {
            return null;
        }
        String store = reader.text(KEY_STORE);
        String certificate = reader.text(CERTIFICATE);
        String key = reader.text(PRIVATE_KEY);
        if (store != null && (certificate != null || key != null)) {
            PoolOption<?> other = certificate != null ? CERTIFICATE : PRIVATE_KEY;
            throw new PoolReader.Refused(other, "(set)", "cannot be combined with key-store; remove one of them");
        }
        if (store != null) {
            return fromKeyStore(store);
        }
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null) {
            throw new PoolReader.Refused(
                    CERTIFICATE, PoolReader.NOT_SET, "must be a PEM file: certificate and private-key go together");
        }
        if (key == null) {
            throw new PoolReader.Refused(
                    PRIVATE_KEY, PoolReader.NOT_SET, "must be a PEM file: certificate and private-key go together");
        }
        Path certificateFile = file(CERTIFICATE, certificate);
        Path keyFile = file(PRIVATE_KEY, key);
        try {
            return KeyMaterial.fromPem(certificateFile, keyFile);
        } catch (ConfigException e) {
            for (Throwable ofCertificate : e.getSuppressed()) {
                if (ofCertificate instanceof ConfigException other) {
                    reader.report(new PoolReader.Refused(CERTIFICATE, other.value(), other.allowed()));
                }
            }
            boolean ofKey = e.getSuppressed().length > 0
                    || (e.value().equals(Printable.line(keyFile.toString())) && !keyFile.equals(certificateFile));
            throw new PoolReader.Refused(ofKey ? PRIVATE_KEY : CERTIFICATE, e.value(), e.allowed());
        }
    }

    private KeyMaterial fromKeyStore(String store) {
        Path file = file(KEY_STORE, store);
        String password = reader.text(KEY_STORE_PASSWORD);
        try {
            return KeyMaterial.fromKeyStore(
                    file,
                    reader.text(KEY_STORE_TYPE),
                    password == null ? new char[0] : password.toCharArray(),
                    reader.text(KEY_ALIAS));
        } catch (ConfigException e) {
            throw reader.refused(e, KEY_STORE);
        }
    }

    private Path file(PoolOption<?> property, String text) {
        if (text.contains(PoolReader.PEM)) {
            throw new PoolReader.Refused(property, PoolReader.HIDDEN, "must be the path of a file, not what is in it");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new PoolReader.Refused(property, text, "must be the path of a file: " + e.getReason());
        }
    }

    /** Whether a property of the trusted issuers was reported. */
    boolean isTrustLeftOut() {
        return reader.isLeftOut(TRUST_STORE, TRUST_STORE_TYPE, TRUST_STORE_PASSWORD, TRUST_CERTIFICATES);
    }

    /** The trusted issuers, from a key store or a PEM file; null when neither is set. */
    @Nullable TrustMaterial trust() {
        if (isTrustLeftOut()) {
            return null;
        }
        String store = reader.text(TRUST_STORE);
        String certificates = reader.text(TRUST_CERTIFICATES);
        if (store != null && certificates != null) {
            throw new PoolReader.Refused(
                    TRUST_CERTIFICATES, certificates, "cannot be combined with trust-store; remove one of them");
        }
        try {
            if (store != null) {
                String password = reader.text(TRUST_STORE_PASSWORD);
                return TrustMaterial.fromKeyStore(
                        file(TRUST_STORE, store),
                        reader.text(TRUST_STORE_TYPE),
                        password == null ? null : password.toCharArray());
            }
            return certificates == null ? null : TrustMaterial.fromPem(file(TRUST_CERTIFICATES, certificates));
        } catch (ConfigException e) {
            // In both cases the exception names trust-store or its type.
            throw store != null
                    ? reader.refused(e, TRUST_STORE)
                    : new PoolReader.Refused(TRUST_CERTIFICATES, e.value(), e.allowed());
        }
    }
}
