package io.quicpool.it.containers;

import io.quicpool.config.KeyMaterial;
import io.quicpool.it.support.SelfSigned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;

/** A certificate for loopback and its key, in PEM files of this run. */
final class Certificates {

    private final Path certificate = Path.of("target", "tls.crt").toAbsolutePath();
    private final Path privateKey = Path.of("target", "tls.key").toAbsolutePath();

    Certificates() {
        KeyMaterial made = SelfSigned.forLoopback("containers");
        try {
            write(certificate, "CERTIFICATE", made.certificateChain().get(0).getEncoded());
            write(privateKey, "PRIVATE KEY", made.privateKey().getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String what, byte[] der) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + what
                        + "-----\n");
    }

    Path certificate() {
        return certificate;
    }

    Path privateKey() {
        return privateKey;
    }
}
