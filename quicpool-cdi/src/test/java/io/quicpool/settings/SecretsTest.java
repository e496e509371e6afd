package io.quicpool.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.KeyMaterial;
import io.quicpool.config.PoolKind;
import io.quicpool.config.PoolOption;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords and private keys are never shown, right or wrong. */
class SecretsTest {

    private static final String PASSWORD = "correct-horse-battery";
    private static final KeyMaterial KEY = TestCertificates.selfSigned("orders");
    private static final String FROM = " (from PropertiesConfigSource[source=test.properties]): ";

    @TempDir
    Path folder;

    private static Settings read(String... namesAndValues) {
        Settings settings = SettingsReader.read(Configs.of(namesAndValues));
        String all = settings + " " + settings.clients() + settings.servers() + settings.problems()
                + new SettingsException(settings.problems()).getMessage();
        String key = Base64.getEncoder().encodeToString(KEY.privateKey().getEncoded());
        assertThat(all).doesNotContain(PASSWORD, "hunter2");
        for (int i = 0; i + 10 <= key.length(); i += 10) {
            assertThat(all).doesNotContain(key.substring(i, i + 10));
        }
        return settings;
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void passwordsThatAreRightAreNotKept(String type) throws Exception {
        String keys = KeyFiles.keys(folder.resolve("keys"), type, PASSWORD, Map.of("mine", KEY))
                .toString();
        String trust = KeyFiles.certificate(
                        folder.resolve("trust"),
                        type,
                        PASSWORD,
                        KEY.certificateChain().get(0))
                .toString();
        Settings settings = read(
                "quicpool.client.\"a\".target",
                "peer:1",
                "quicpool.client.\"a\".trust-store",
                trust,
                "quicpool.client.\"a\".trust-store-type",
                type,
                "quicpool.client.\"a\".trust-store-password",
                PASSWORD,
                "quicpool.server.\"b\".listen",
                "localhost:0",
                "quicpool.server.\"b\".key-store",
                keys,
                "quicpool.server.\"b\".key-store-type",
                type,
                "quicpool.server.\"b\".key-store-password",
                PASSWORD);
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.clients()).hasSize(1);
        assertThat(settings.servers()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void passwordsThatAreWrongAreNotShown(String type) throws Exception {
        String keys = KeyFiles.keys(folder.resolve("keys"), type, PASSWORD, Map.of("mine", KEY))
                .toString();
        assertThat(read(
                                "quicpool.client.\"a\".target",
                                "peer:1",
                                "quicpool.client.key-store",
                                keys,
                                "quicpool.client.key-store-type",
                                type,
                                "quicpool.client.key-store-password",
                                "hunter2")
                        .problems())
                .extracting(Problem::toString)
                .containsExactly("quicpool.client.key-store = " + keys + FROM + "the password is wrong");
    }

    // As when a variable has the content of a secret.
    @ParameterizedTest
    @CsvSource({
        "private-key, certificate",
        "certificate, private-key",
        "key-store, key-alias",
        "trust-store, key-alias",
        "trust-certificates, key-alias"
    })
    void aKeyInPlaceOfItsFileIsNotShown(String property, String other) throws Exception {
        String file = Files.writeString(folder.resolve("chain.pem"), KeyFiles.pem(KEY.certificateChain()))
                .toString();
        for (String written : List.of(
                KeyFiles.pem(KEY),
                KeyFiles.pem(KEY).replace("\n", " "),
                KeyFiles.pem(KEY).replace("\n", "\\n"),
                KeyFiles.pem(KEY.certificateChain()) + KeyFiles.pem(KEY))) {
            assertThat(read(
                                    "quicpool.client.\"a\".target",
                                    "peer:1",
                                    "quicpool.client.\"a\"." + property,
                                    written,
                                    "quicpool.client.\"a\"." + other,
                                    file)
                            .problems())
                    .extracting(Problem::toString)
                    .containsExactly("quicpool.client.\"a\"." + property + " = (hidden)" + FROM
                            + "must be the path of a file, not what is in it");
        }
    }

    @Test
    void theFileThatIsMissingIsBlamedHoweverItIsCalled() throws Exception {
        String file = Files.writeString(folder.resolve("chain.pem"), KeyFiles.pem(KEY.certificateChain()))
                .toString();
        assertThat(read(
                                "quicpool.client.\"a\".target", "peer:1",
                                "quicpool.client.\"a\".certificate", file,
                                "quicpool.client.\"a\".private-key", "no\nfile")
                        .problems())
                .extracting(Problem::toString)
                .containsExactly("quicpool.client.\"a\".private-key = no?file" + FROM
                        + "there is no such file; looked for " + Path.of("no").toAbsolutePath() + "?file");
    }

    @Test
    void aKeyInAnyPropertyIsNotShown() {
        for (PoolKind kind : PoolKind.values()) {
            String prefix = kind.prefix() + "\"a\".";
            for (PoolOption<?> property : kind.options()) {
                read(
                        prefix + kind.requiredKey(),
                        "localhost:1",
                        prefix + "key-store",
                        "no/such/file",
                        prefix + property.key(),
                        KeyFiles.pem(KEY));
            }
        }
    }
}
