package io.quicpool.config;

import java.math.BigInteger;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import java.util.HexFormat;

/** The forms in which a private key could show up in a text. */
final class SecretsOf {

    private SecretsOf() {}

    static String[] key(KeyMaterial material) {
        BigInteger secret = ((ECPrivateKey) material.privateKey()).getS();
        byte[] der = material.privateKey().getEncoded();
        return new String[] {
            secret.toString(),
            secret.toString(16),
            HexFormat.of().formatHex(der),
            Base64.getEncoder().encodeToString(der),
            material.privateKey().toString()
        };
    }
}
