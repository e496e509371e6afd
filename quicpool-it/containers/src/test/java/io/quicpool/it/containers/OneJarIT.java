package io.quicpool.it.containers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** There is one jar for all containers, and it has no code for any of them. */
class OneJarIT {

    private static final Path MODULES = Path.of("..").toAbsolutePath().normalize();
    private static final String NAME = "quicpool-cdi-" + System.getProperty("quicpool.version") + ".jar";

    @Test
    void isTheSameInEveryApplication() throws IOException {
        byte[] jar =
                Files.readAllBytes(MODULES.resolve("../quicpool-cdi/target").resolve(NAME));
        assertThat(Files.readAllBytes(MODULES.resolve("quarkus/target/quarkus-app/lib/main/io.quicpool." + NAME)))
                .isEqualTo(jar);
        assertThat(Files.readAllBytes(MODULES.resolve("helidon/target/libs").resolve(NAME)))
                .isEqualTo(jar);
        for (Path archive : List.of(Liberty.WAR, JakartaServer.WAR)) {
            try (ZipFile war = new ZipFile(archive.toFile())) {
                assertThat(war.getInputStream(war.getEntry("WEB-INF/lib/" + NAME))
                                .readAllBytes())
                        .isEqualTo(jar);
            }
        }
    }

    @Test
    void namesNoContainer() throws IOException {
        try (ZipFile jar = new ZipFile(
                MODULES.resolve("../quicpool-cdi/target").resolve(NAME).toFile())) {
            for (ZipEntry entry : jar.stream().toList()) {
                String content = new String(jar.getInputStream(entry).readAllBytes(), ISO_8859_1);
                for (String container :
                        List.of("quarkus", "liberty", "helidon", "websphere", "wildfly", "payara", "glassfish")) {
                    assertThat(content.toLowerCase(Locale.ROOT))
                            .as("%s in %s", container, entry.getName())
                            .doesNotContain(container);
                }
                // The engine over Netty has a jar of its own.
                assertThat(content).as(entry.getName()).doesNotContain("io/netty");
            }
        }
    }
}
