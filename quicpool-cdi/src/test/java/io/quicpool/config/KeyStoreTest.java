package io.quicpool.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.TestCertificates;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys from key stores. */
class KeyStoreTest {

    private static final String PASSWORD = "open-sesame";
    private static final KeyMaterial ORDERS = TestCertificates.issuedBy(TestCertificates.authority(), "orders");
    private static final KeyMaterial BILLING = TestCertificates.selfSignedRsa("billing");

    @TempDir
    Path folder;

    private static void refused(
            Path file, @Nullable String type, String password, @Nullable String alias, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.fromKeyStore(file, type, password.toCharArray(), alias))
                .withMessage(message)
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(password, PASSWORD));
    }

    private static String stackTrace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void findsTheOnlyKeyOrTheOneThatIsNamed(String type) throws Exception {
        Path one = KeyFiles.keys(folder.resolve("one"), type, PASSWORD, Map.of("a", ORDERS));
        Path two = KeyFiles.keys(folder.resolve("two"), type, PASSWORD, Map.of("a", ORDERS, "b", BILLING));
        KeyMaterial only = KeyMaterial.fromKeyStore(one, type, PASSWORD.toCharArray(), null);
        assertThat(only.privateKey()).isEqualTo(ORDERS.privateKey());
        assertThat(only.certificateChain()).isEqualTo(ORDERS.certificateChain());
        KeyMaterial named = KeyMaterial.fromKeyStore(two, type, PASSWORD.toCharArray(), "b");
        assertThat(named.privateKey()).isEqualTo(BILLING.privateKey());
    }

    @Test
    void isPkcs12WhenNothingElseIsSet() throws Exception {
        Path file = KeyFiles.keys(folder.resolve("keys"), "PKCS12", PASSWORD, Map.of("a", ORDERS));
        KeyMaterial material = KeyMaterial.fromKeyStore(file, null, PASSWORD.toCharArray(), "a");
        assertThat(material.fingerprint()).isEqualTo(ORDERS.fingerprint());
    }

    @Test
    void leavesThePasswordToItsOwner() throws Exception {
        Path file = KeyFiles.keys(folder.resolve("keys"), "PKCS12", PASSWORD, Map.of("a", ORDERS));
        char[] password = PASSWORD.toCharArray();
        KeyMaterial material = KeyMaterial.fromKeyStore(file, null, password, null);
        assertThat(password).isEqualTo(PASSWORD.toCharArray());
        assertThat(material.toString()).doesNotContain(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void refusesAWrongPasswordWithoutShowingIt(String type) throws Exception {
        Path file = KeyFiles.keys(folder.resolve("keys"), type, PASSWORD, Map.of("a", ORDERS));
        refused(file, type, "hunter2", null, "key-store = " + file + ": the password is wrong");
    }

    @Test
    void saysWhichKeysThereAre() throws Exception {
        Path file = KeyFiles.keys(folder.resolve("keys"), "PKCS12", PASSWORD, Map.of("a", ORDERS, "b", BILLING));
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.fromKeyStore(file, null, PASSWORD.toCharArray(), null))
                .withMessageStartingWith("key-store = " + file + ": has several keys; set key-alias to one of [")
                .satisfies(e -> assertThat(e.allowed()).containsPattern("\\[(a, b|b, a)\\]"));
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> KeyMaterial.fromKeyStore(file, null, PASSWORD.toCharArray(), "c"))
                .withMessageStartingWith("key-alias = c: is not a private key in " + file + "; it has [");
    }

    @Test
    void refusesAStoreWithoutAKey() throws Exception {
        Path file = KeyFiles.certificate(
                folder.resolve("certificate"),
                "PKCS12",
                PASSWORD,
                ORDERS.certificateChain().get(0));
        refused(file, null, PASSWORD, null, "key-store = " + file + ": has no private key");
        String named = "key-alias = issuer: is not a private key in " + file + "; it has [issuer]";
        refused(file, null, PASSWORD, "issuer", named);
        Path empty = KeyFiles.empty(folder.resolve("empty"), "PKCS12", PASSWORD);
        refused(empty, null, PASSWORD, null, "key-store = " + empty + ": has no private key");
    }

    @Test
    void refusesWhatIsNoKeyStore() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "hello");
        refused(text, null, PASSWORD, null, "key-store = " + text + ": is not a key store of type PKCS12");
        refused(text, "JKS", PASSWORD, null, "key-store = " + text + ": is not a key store of type JKS");
        Path nothing = Files.createFile(folder.resolve("nothing"));
        refused(nothing, null, PASSWORD, null, "key-store = " + nothing + ": is not a key store of type PKCS12");
        String type = "key-store-type = ZIP: is not a known type of key store; use PKCS12 or JKS";
        refused(text, "ZIP", PASSWORD, null, type);
        Path missing = folder.resolve("missing");
        refused(missing, null, PASSWORD, null, "key-store = " + missing + ": there is no such file");
        refused(folder, null, PASSWORD, null, "key-store = " + folder + ": is a directory, not a file");
    }

    @Test
    void saysWhereItLookedForAFileThatIsNotThere() {
        Path missing = Path.of("missing.p12");
        String looked = "there is no such file; looked for " + missing.toAbsolutePath();
        refused(missing, null, PASSWORD, null, "key-store = missing.p12: " + looked);
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> TrustMaterial.fromPem(Path.of("missing.crt")))
                .withMessageEndingWith("; looked for " + Path.of("missing.crt").toAbsolutePath());
    }
}
