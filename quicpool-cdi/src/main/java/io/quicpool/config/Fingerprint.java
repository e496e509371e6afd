package io.quicpool.config;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The SHA-256 fingerprint of a certificate: the digest of its DER form, as {@code openssl x509 -fingerprint -sha256} shows
 * it.
 *
 * @param hex 64 lower-case hex digits
 */
public record Fingerprint(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern PREFIX = Pattern.compile("^(?i)sha-?256(:| fingerprint=)");

    /**
     * Checks the digits.
     *
     * @throws ConfigException when it is anything else
     */
    public Fingerprint {
        if (!HEX.matcher(hex).matches()) {
            throw new ConfigException("fingerprint", hex, "must be 64 hex digits, colons allowed");
        }
    }

    /**
     * Reads a fingerprint in the forms that tools print: any case, with or without colons or spaces, with or without a
     * leading {@code sha256:} or {@code SHA-256:}.
     *
     * @param property the setting that the text is from, for the message
     * @param text the fingerprint
     * @throws ConfigException when the text is not a SHA-256 fingerprint
     */
    public static Fingerprint parse(String property, String text) {
        String digits = PREFIX.matcher(text.strip()).replaceFirst("").replaceAll("[:\\s]", "");
        try {
            return new Fingerprint(digits.toLowerCase(Locale.ROOT));
        } catch (ConfigException e) {
            throw new ConfigException(property, text, e.allowed());
        }
    }

    /** The fingerprint of a certificate. */
    public static Fingerprint of(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new Fingerprint(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("cannot compute the SHA-256 fingerprint of a certificate", e);
        }
    }

    /** The digits in pairs, separated by colons. */
    @Override
    public String toString() {
        return hex.replaceAll("(..)(?!$)", "$1:");
    }
}
