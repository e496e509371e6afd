package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.config.KeyMaterial;
import io.quicpool.settings.Settings;
import io.quicpool.settings.SettingsReader;
import io.quicpool.testing.KeyFiles;
import io.quicpool.testing.Pools;
import io.quicpool.testing.TestCertificates;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The properties that the pages show can be used as they are. */
class PropertiesBlocksTest {

    private static final String PASSWORD = "changeit";

    /** Files of these names replace those that a page names, in any folder. */
    @TempDir
    static Path folder;

    @BeforeAll
    static void files() throws Exception {
        KeyMaterial key = Pools.CERTIFICATE;
        KeyMaterial authority = TestCertificates.authority();
        Files.writeString(folder.resolve("tls.crt"), KeyFiles.pem(key.certificateChain()));
        Files.writeString(folder.resolve("tls.key"), KeyFiles.pem(key));
        Files.writeString(folder.resolve("ca.crt"), KeyFiles.pem(authority.certificateChain()));
        Files.writeString(folder.resolve("dev.crt"), KeyFiles.pem(key.certificateChain()));
        KeyFiles.keys(folder.resolve("keys.p12"), "PKCS12", PASSWORD, Map.of("orders", key));
        KeyFiles.keys(folder.resolve("dev.p12"), "PKCS12", PASSWORD, Map.of("dev", key));
        KeyFiles.certificate(
                folder.resolve("trust.p12"),
                "PKCS12",
                PASSWORD,
                authority.certificateChain().get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "configuration.md",
                "getting-started-quarkus.md",
                "getting-started-liberty.md",
                "component.md",
                "testing.md",
                "targets.md",
                "tls.md",
                "sizing.md"
            })
    void canBeUsed(String page) throws IOException {
        for (String block : new Page(page).blocks("properties")) {
            Settings settings = SettingsReader.read(new SmallRyeConfigBuilder()
                    .withSources(new PropertiesConfigSource(properties(block), page, 100))
                    .build());
            assertThat(settings.problems()).as(block).isEmpty();
            assertThat(settings.clients().size() + settings.servers().size())
                    .as(block)
                    .isPositive();
        }
    }

    private static Map<String, String> properties(String block) throws IOException {
        Properties written = new Properties();
        written.load(new StringReader(block));
        Map<String, String> properties = new HashMap<>();
        for (String key : written.stringPropertyNames()) {
            String value = written.getProperty(key);
            Path standIn = folder.resolve(value.substring(value.lastIndexOf('/') + 1));
            properties.put(key, Files.isRegularFile(standIn) ? standIn.toString() : value);
        }
        return properties;
    }
}
