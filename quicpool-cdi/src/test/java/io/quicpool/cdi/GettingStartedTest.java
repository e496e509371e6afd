package io.quicpool.cdi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.docs.GettingStartedExample;
import io.quicpool.docs.GettingStartedExample.Answers;
import io.quicpool.docs.GettingStartedExample.Greetings;
import io.quicpool.docs.Page;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/getting-started.md leads to an answer: its commands, its properties and its beans, but for the port. */
class GettingStartedTest {

    private static final Page PAGE = new Page("getting-started.md");
    private static final String PORT = "4433";

    @TempDir
    static Path folder;

    @BeforeAll
    static void certificate() throws Exception {
        for (String command :
                PAGE.blocks("sh").get(0).replace("\\\n", " ").lines().toList()) {
            List<String> words = new ArrayList<>(List.of(command.strip().split(" +")));
            assertThat(words.set(
                            0,
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString()))
                    .isEqualTo("keytool");
            Process process = new ProcessBuilder(words)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
    }

    @Test
    void theBeansAnswerEachOther() throws Exception {
        try (App app = App.start(properties(), Answers.class, Greetings.class)) {
            assertThat(app.get(Greetings.class).greet("world")).isEqualTo("Hello, world");
        }
    }

    private static Map<String, String> properties() throws IOException {
        Properties written = new Properties();
        written.load(new StringReader(PAGE.blocks("properties").get(0)));
        String port = Integer.toString(Pools.freePort());
        Map<String, String> properties = new HashMap<>();
        written.stringPropertyNames().forEach(key -> {
            String value = written.getProperty(key).replace(PORT, port);
            properties.put(key, value.startsWith("dev.") ? folder.resolve(value).toString() : value);
        });
        return properties;
    }

    @Test
    void theProgramAnswersItself() throws Exception {
        assertThat(GettingStartedExample.plain(
                        folder.resolve("dev.p12"), folder.resolve("dev.crt"), "localhost:" + Pools.freePort()))
                .isEqualTo("Hello, world");
    }
}
