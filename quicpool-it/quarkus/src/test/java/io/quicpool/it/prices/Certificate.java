package io.quicpool.it.prices;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A certificate for the tests, and its private key. The JDK's keytool makes them; the files are PEM, as in production. */
public class Certificate implements QuarkusTestResourceLifecycleManager {

    private static final Path FOLDER = Path.of("target", "tls").toAbsolutePath();
    private static final String PASSWORD = "changeit";

    @Override
    public Map<String, String> start() {
        try {
            Files.createDirectories(FOLDER);
            KeyStore keys = newKeys(FOLDER.resolve("tls.p12"));
            byte[] certificate = keys.getCertificate("prices").getEncoded();
            byte[] privateKey = keys.getKey("prices", PASSWORD.toCharArray()).getEncoded();
            String certificateFile = pem("tls.crt", "CERTIFICATE", certificate);
            return Map.of(
                    "quicpool.server.certificate", certificateFile,
                    "quicpool.server.private-key", pem("tls.key", "PRIVATE KEY", privateKey),
                    "quicpool.client.trust-certificates", certificateFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore newKeys(Path file) throws IOException, InterruptedException, GeneralSecurityException {
        Files.deleteIfExists(file); // keytool does not replace a key
        String options = "-genkeypair -alias prices -keyalg EC -groupname secp256r1 -validity 30 -dname CN=prices"
                + " -ext san=dns:localhost,ip:127.0.0.1 -storetype PKCS12 -storepass " + PASSWORD;
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = new ArrayList<>(List.of(keytool, "-keystore", file.toString()));
        command.addAll(List.of(options.split(" ")));
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException("keytool ended with status " + status);
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    private static String pem(String name, String type, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder().encodeToString(content);
        Path file = FOLDER.resolve(name);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
        return file.toString();
    }

    @Override
    public void stop() {}
}
