package io.quicpool.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import org.jspecify.annotations.Nullable;

/** Opens key stores with readable errors. As in {@link Pem}, errors show nothing of the file. */
final class KeyStores {

    private KeyStores() {}

    static KeyStore load(String property, Path file, @Nullable String type, char @Nullable [] password) {
        KeyStore store;
        try {
            store = KeyStore.getInstance(type == null ? "PKCS12" : type);
        } catch (KeyStoreException e) {
            throw new ConfigException(
                    property + "-type", type, "is not a known type of key store; use PKCS12 or JKS", e);
        }
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
            return store;
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new ConfigException(property, file, "the password is wrong");
            }
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                throw new ConfigException(property, file, "is not a key store of type " + store.getType());
            }
            throw Pem.unreadable(property, file, e);
        } catch (GeneralSecurityException e) {
            throw new ConfigException(property, file, "has an entry that is damaged, or that this Java cannot read");
        }
    }
}
