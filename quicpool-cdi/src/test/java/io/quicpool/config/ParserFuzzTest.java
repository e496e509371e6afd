package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Mutations;
import io.quicpool.testing.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A parser accepts any text or refuses it with a ConfigException. Accepted text is written in a form that it reads again. */
class ParserFuzzTest {

    private static final String ALPHABET =
            "0123456789abcdefABCDEF:.:./[]%-+ \t\n\u0000\u0085\u2028\u0661zZ\ud83d\ude00\"*?";

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    @Test
    void endpoints() {
        takesOrRefuses(text -> Endpoint.parse("target", text), "[fe80::1%eth0]:4433", "orders:1", "1.2.3.4:65535");
    }

    @Test
    void addressRanges() {
        takesOrRefuses(text -> AddressRange.parse("client-ip", text), "10.0.0.0/8", "fd00::/8", "::ffff:1.2.3.4");
    }

    @Test
    void fingerprints() {
        takesOrRefuses(text -> Fingerprint.parse("fingerprint", text), "sha256:" + "ab:".repeat(31) + "cd", "SHA-256:");
    }

    @Test
    void modes() {
        takesOrRefuses(TlsMode::parse, "self-signed", "2", "VERIFIED");
    }

    private void takesOrRefuses(Function<String, ?> parser, String... samples) {
        for (int round = 0; round < 5000; round++) {
            String text = mutated(samples[random.nextInt(samples.length)]);
            try {
                Object value = parser.apply(text);
                String written = value instanceof TlsMode mode ? mode.text() : value.toString();
                assertThat(parser.apply(written)).as("seed %d: %s", seed, text).isEqualTo(value);
            } catch (ConfigException refused) {
                assertThat(refused.getMessage()).as("seed %d", seed).doesNotContainPattern("[\\p{Cc}\u2028]");
            } catch (RuntimeException e) {
                fail("seed " + seed + ": " + text, e);
            }
        }
    }

    private String mutated(String sample) {
        return Mutations.of(random.nextInt(10) == 0 ? "" : sample, ALPHABET, 8, random);
    }

    @Test
    void pemFiles() throws Exception {
        KeyMaterial material = TestCertificates.selfSigned("orders");
        String text = KeyFiles.pem(material) + KeyFiles.pem(material.certificateChain());
        Path file = folder.resolve("both.pem");
        damaged(1000, text.getBytes(StandardCharsets.US_ASCII), file, () -> KeyMaterial.fromPem(file, file));
    }

    @Test
    void keyStores() throws Exception {
        KeyMaterial material = TestCertificates.selfSigned("orders");
        for (String type : List.of("PKCS12", "JKS")) {
            Path file = KeyFiles.keys(folder.resolve(type), type, "secret", Map.of("a", material));
            char[] password = "secret".toCharArray();
            byte[] good = Files.readAllBytes(file);
            damaged(60, good, file, () -> KeyMaterial.fromKeyStore(file, type, password, null));
        }
    }

    private void damaged(int rounds, byte[] good, Path file, Runnable load) throws Exception {
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, bytes);
            try {
                load.run();
            } catch (ConfigException refused) {
                assertThat(refused.getMessage()).as("seed %d", seed).contains(file.toString());
            } catch (RuntimeException e) {
                fail("seed " + seed + ", round " + round, e);
            }
        }
    }
}
