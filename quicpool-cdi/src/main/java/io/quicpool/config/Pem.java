package io.quicpool.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and private keys from PEM files (RFC 7468). Errors are readable and show nothing of the file but the label of a
 * block. They do not pass on the text or the cause of Java's exceptions, which may contain a piece of a damaged key.
 */
final class Pem {

    private static final long MAX_BYTES = 1 << 20;
    // The words are no longer than those of a real label: a message shows the label, and a longer word may be a piece
    // of a key.
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ((?:[A-Z0-9]{1,11} ){0,3}[A-Z0-9]{1,11})-----");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private Pem() {}

    private record Block(String label, String body) {}

    // A damaged block fails the whole file. To skip it would change the chain, or the set of trusted issuers.
    private static List<Block> blocks(String property, Path file) {
        String text = text(property, file);
        List<Block> found = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int from = 0;
        while (begin.find(from)) {
            String label = begin.group(1);
            String ending = "-----END " + label + "-----";
            int end = text.indexOf(ending, begin.end());
            if (end < 0) {
                throw new ConfigException(property, file, "is damaged: there is no " + ending);
            }
            found.add(new Block(label, text.substring(begin.end(), end)));
            from = end + ending.length();
        }
        return found;
    }

    static List<X509Certificate> certificates(String property, Path file) {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(property, file)) {
            if (block.label().equals("CERTIFICATE")) {
                found.add(certificate(property, file, decode(property, file, block)));
            }
        }
        if (found.isEmpty()) {
            throw new ConfigException(property, file, "has no certificate; expected -----BEGIN CERTIFICATE-----");
        }
        return found;
    }

    private static X509Certificate certificate(String property, Path file, byte[] der) {
        try {
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            return (X509Certificate) certificate;
        } catch (CertificateException e) {
            throw new ConfigException(
                    property, file, "has a certificate that is damaged, or that this Java cannot read");
        }
    }

    static PrivateKey privateKey(String property, Path file) {
        for (Block block : blocks(property, file)) {
            String kind = block.label();
            if (kind.equals("PRIVATE KEY")) {
                return privateKey(property, file, decode(property, file, block));
            }
            if (kind.endsWith("PRIVATE KEY")) {
                throw new ConfigException(
                        property,
                        file,
                        "has a key of the kind \"" + kind
                                + "\"; it must be an unencrypted PKCS#8 key (-----BEGIN PRIVATE KEY-----):"
                                + " openssl pkcs8 -topk8 -nocrypt -in " + file.getFileName() + " -out key.pem");
            }
        }
        throw new ConfigException(property, file, "has no private key; expected -----BEGIN PRIVATE KEY-----");
    }

    // PKCS#8 contains the algorithm, but KeyFactory has to be told. TLS 1.3 engines accept these two.
    private static PrivateKey privateKey(String property, Path file, byte[] der) {
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            } catch (InvalidKeySpecException otherKindOrDamaged) {
                // Try the next one.
            }
        }
        throw new ConfigException(property, file, "has a private key that is neither EC nor RSA, or is damaged");
    }

    // The MIME decoder would skip characters that are not Base64.
    private static byte[] decode(String property, Path file, Block block) {
        try {
            return Base64.getDecoder().decode(SPACE.matcher(block.body()).replaceAll(""));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(property, file, "is damaged: a " + block.label() + " is not Base64");
        }
    }

    private static String text(String property, Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigException(property, file, "is larger than " + MAX_BYTES + " bytes");
            }
            // Text outside the blocks is for people, and may have any encoding that includes ASCII.
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (text.indexOf('\0') >= 0) {
                throw new ConfigException(property, file, "is not a PEM file");
            }
            return text;
        } catch (IOException e) {
            throw unreadable(property, file, e);
        }
    }

    static ConfigException unreadable(String property, Path file, IOException e) {
        String why = "cannot be read: " + e;
        if (e instanceof NoSuchFileException) {
            why = "there is no such file";
        } else if (e instanceof AccessDeniedException) {
            why = "may not be read by this process";
        } else if (Files.isDirectory(file)) {
            why = "is a directory, not a file";
        }
        // Containers have their own working directory, so the message gives the absolute path.
        String where = file.isAbsolute() ? "" : "; looked for " + file.toAbsolutePath();
        return new ConfigException(property, file, why + where, e);
    }
}
