package io.quicpool.it.support;

import io.quicpool.config.KeyMaterial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;

/** A certificate and its private key in two PEM files, as programs read them. */
public record PemFiles(Path certificate, Path privateKey) {

    /** Writes them into a folder, which only its owner should be able to read. */
    public static PemFiles write(KeyMaterial material, Path folder) {
        PemFiles files = new PemFiles(
                folder.resolve("tls.crt").toAbsolutePath(),
                folder.resolve("tls.key").toAbsolutePath());
        try {
            Files.createDirectories(folder);
            write(
                    files.certificate,
                    "CERTIFICATE",
                    material.certificateChain().get(0).getEncoded());
            write(files.privateKey, "PRIVATE KEY", material.privateKey().getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        return files;
    }

    private static void write(Path file, String what, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder().encodeToString(der);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }
}
