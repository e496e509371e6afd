package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys given in code and from PEM files. */
class KeyMaterialTest {

    private static final KeyMaterial EC = TestCertificates.selfSigned("orders");
    private static final KeyMaterial RSA = TestCertificates.selfSignedRsa("billing");

    @TempDir
    Path folder;

    private Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    private static void sameAs(KeyMaterial expected, KeyMaterial loaded) {
        assertThat(loaded.privateKey()).isEqualTo(expected.privateKey());
        assertThat(loaded.certificateChain()).isEqualTo(expected.certificateChain());
        assertThat(loaded.fingerprint()).isEqualTo(expected.fingerprint());
    }

    private static void refused(Path certificates, Path key, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.fromPem(certificates, key))
                .withMessage("certificate = " + message);
    }

    @Test
    void readsPemFilesOfBothKinds() throws Exception {
        for (KeyMaterial material : List.of(EC, RSA)) {
            Path chain = file("chain.pem", KeyFiles.pem(material.certificateChain()));
            Path key = file("key.pem", KeyFiles.pem(material));
            sameAs(material, KeyMaterial.fromPem(chain, key));
        }
    }

    @Test
    void readsKeyAndChainFromOneFileInAnyOrder() throws Exception {
        KeyMaterial issued = TestCertificates.issuedBy(TestCertificates.authority(), "orders");
        assertThat(issued.certificateChain()).hasSize(2);
        String chain = KeyFiles.pem(issued.certificateChain());
        for (String text : List.of(chain + KeyFiles.pem(issued), KeyFiles.pem(issued) + chain.replace("\n", "\r\n"))) {
            Path both = file("both.pem", text);
            sameAs(issued, KeyMaterial.fromPem(both, both));
        }
    }

    @Test
    void takesAnExpiredCertificate() {
        KeyMaterial expired = TestCertificates.expired("orders");
        assertThat(expired.certificateChain().get(0).getNotAfter()).isInThePast();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void saysHowToConvertAnotherKindOfKey(String label) throws Exception {
        Path chain = file("chain.pem", KeyFiles.pem(EC.certificateChain()));
        String plain = KeyFiles.pem(label, new byte[40]);
        // As openssl writes a PKCS#1 or SEC1 key with a passphrase (RFC 1421).
        String encrypted = plain.replace("-----\nA", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nA");
        assertThat(encrypted).isNotEqualTo(plain);
        for (String text : List.of(plain, encrypted)) {
            Path key = file("old.pem", text);
            refused(
                    chain,
                    key,
                    key + ": has a key of the kind \"" + label + "\"; it must be an unencrypted PKCS#8 key"
                            + " (-----BEGIN PRIVATE KEY-----):"
                            + " openssl pkcs8 -topk8 -nocrypt -in old.pem -out key.pem");
        }
    }

    @Test
    void refusesAKeyThatIsNeitherEcNorRsa() throws Exception {
        PrivateKey other =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        Path chain = file("chain.pem", KeyFiles.pem(EC.certificateChain()));
        Path key = file("key.pem", KeyFiles.pem("PRIVATE KEY", other.getEncoded()));
        refused(chain, key, key + ": has a private key that is neither EC nor RSA, or is damaged");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.of(other, EC.certificateChain()))
                .withMessage("certificate = (given in code): has a private key of type EdDSA; use EC or RSA");
    }

    @Test
    void refusesAKeyThatBelongsToAnotherCertificate() throws Exception {
        KeyPairGenerator otherCurve = KeyPairGenerator.getInstance("EC");
        otherCurve.initialize(new ECGenParameterSpec("secp384r1"));
        List<PrivateKey> others = List.of(
                RSA.privateKey(),
                TestCertificates.selfSigned("orders").privateKey(),
                otherCurve.generateKeyPair().getPrivate());
        for (PrivateKey other : others) {
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> KeyMaterial.of(other, EC.certificateChain()))
                    .withMessage("certificate = (given in code):"
                            + " the private key does not belong to the first certificate");
        }
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.of(EC.privateKey(), List.of()))
                .withMessage("certificate = (given in code): has no certificate");
    }

    @Test
    void refusesADamagedCertificateWhereverItIs() throws Exception {
        Path key = file("key.pem", KeyFiles.pem(EC));
        String good = KeyFiles.pem(EC.certificateChain());
        Path chain = file("chain.pem", good + good.replace("\nMII", "\nM!I"));
        refused(chain, key, chain + ": is damaged: a CERTIFICATE is not Base64");
        file("chain.pem", good + good.substring(0, good.length() - 40));
        refused(chain, key, chain + ": is damaged: there is no -----END CERTIFICATE-----");
        file("chain.pem", good.substring(0, good.length() / 2) + "\n" + good);
        refused(chain, key, chain + ": is damaged: a CERTIFICATE is not Base64");
        file("chain.pem", KeyFiles.pem("CERTIFICATE", "no certificate".getBytes(StandardCharsets.US_ASCII)));
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.fromPem(chain, key))
                .withMessage("certificate = " + chain
                        + ": has a certificate that is damaged, or that this Java cannot read");
    }

    @Test
    void refusesFilesThatAreNoPem() throws Exception {
        Path key = file("key.pem", KeyFiles.pem(EC));
        Path missing = folder.resolve("missing.pem");
        refused(missing, key, missing + ": there is no such file");
        refused(missing, missing, missing + ": there is no such file");
        refused(folder, key, folder + ": is a directory, not a file");
        refused(key, key, key + ": has no certificate; expected -----BEGIN CERTIFICATE-----");
        Path text = file("text.pem", "hello");
        refused(text, text, text + ": has no private key; expected -----BEGIN PRIVATE KEY-----");
        Path binary = Files.write(folder.resolve("binary.pem"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        refused(binary, key, binary + ": is not a PEM file");
        Path large = Files.write(folder.resolve("large.pem"), new byte[(1 << 20) + 1]);
        refused(large, key, large + ": is larger than 1048576 bytes");
    }

    /** As openssl writes it there: subject and issuer, in the encoding of the issuer. */
    @Test
    void textBesideTheBlocksMayHaveAnyEncoding() throws Exception {
        byte[] text = "subject=O=Caf\u00e9 M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(text);
        both.write(KeyFiles.pem(EC).getBytes(StandardCharsets.US_ASCII));
        both.write(text);
        both.write(KeyFiles.pem(EC.certificateChain()).getBytes(StandardCharsets.US_ASCII));
        Path file = Files.write(folder.resolve("latin.pem"), both.toByteArray());
        assertThat(KeyMaterial.fromPem(file, file).fingerprint()).isEqualTo(EC.fingerprint());
        assertThat(TrustMaterial.fromPem(file).toString()).isNotEmpty();
    }

    @Test
    void showsOnlyTheSubjectAndTheFingerprint() {
        assertThat(EC).hasToString("CN=orders " + EC.fingerprint());
        String shown = EC.toString();
        assertThat(shown).doesNotContain(SecretsOf.key(EC));
    }

    /** Java shows a piece of such an entry, which may be of a key that was put there by mistake. */
    @Test
    void nothingOfADamagedEntryIsShown() throws Exception {
        Path file = folder.resolve("damaged.jks");
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            byte[] entry = "-----BEGI PRIVATE KEY-----s3cret-key-bytes".getBytes(StandardCharsets.US_ASCII);
            // The format of JKS: magic, version, how many; a trusted certificate: its alias, date, type, length, bytes.
            out.writeInt(0xfeedfeed);
            out.writeInt(2);
            out.writeInt(1);
            out.writeInt(2);
            out.writeUTF("a");
            out.writeLong(0);
            out.writeUTF("X.509");
            out.writeInt(entry.length);
            out.write(entry);
        }
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.fromKeyStore(file, "JKS", "password".toCharArray(), null))
                .withMessage("key-store = " + file + ": has an entry that is damaged, or that this Java cannot read")
                .withNoCause();
    }

    /** The BEGIN of a block is shown when it has no end, and may be a key where a line is lost. */
    @Test
    void nothingThatIsLongerThanALabelIsShown() throws Exception {
        String secret = "S3CRET".repeat(8);
        Path key = file("damaged.pem", "-----BEGIN PRIVATE" + secret + " KEY-----\nMIIB\n");
        refused(key, key, key + ": has no private key; expected -----BEGIN PRIVATE KEY-----");
        file("damaged.pem", "-----BEGIN PRIVATE KEY-----\n" + secret + "\n");
        refused(key, key, key + ": is damaged: there is no -----END PRIVATE KEY-----");
    }
}
