package io.quicpool.it.peer;

import io.quicpool.config.ConfigException;
import io.quicpool.config.KeyMaterial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A private key with its certificate, from a key store or from PEM files. */
final class KeyOptions {

    @Option(names = "--key-store", paramLabel = "FILE", description = "key store with private key and certificate")
    @Nullable Path keyStore;

    @Option(names = "--key-store-type", paramLabel = "TYPE", description = "PKCS12 (default) or JKS")
    @Nullable String type;

    @Option(
            names = "--key-store-password",
            paramLabel = "PASSWORD",
            interactive = true,
            arity = "0..1",
            description = "its password; asked for when no value is given; default: $$QUICPOOL_KEY_STORE_PASSWORD")
    char @Nullable [] password;

    @Option(names = "--key-alias", paramLabel = "NAME", description = "which entry; default: the only key")
    @Nullable String alias;

    @Option(names = "--cert-pem", paramLabel = "FILE", description = "certificate chain as PEM, instead of a key store")
    @Nullable Path certificate;

    @Option(names = "--key-pem", paramLabel = "FILE", description = "unencrypted PKCS#8 private key as PEM")
    @Nullable Path key;

    @Nullable KeyMaterial material() {
        if (keyStore != null) {
            return KeyMaterial.fromKeyStore(keyStore, type, secret(password, "QUICPOOL_KEY_STORE_PASSWORD"), alias);
        }
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new ConfigException("certificate", null, "--cert-pem and --key-pem go together");
        }
        return KeyMaterial.fromPem(certificate, key);
    }

    static char[] secret(char @Nullable [] given, String variable) {
        if (given != null) {
            return given;
        }
        String inherited = System.getenv(variable);
        return inherited == null ? new char[0] : inherited.toCharArray();
    }
}
