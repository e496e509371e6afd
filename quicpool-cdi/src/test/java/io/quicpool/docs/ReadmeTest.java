package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** README shows the code that the build compiles. */
class ReadmeTest {

    @Test
    void theExampleIsTheOneThatIsCompiled() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String shown = readme.substring(readme.indexOf("```java\n") + 8, readme.indexOf("\n}\n```"));
        String source = Files.readString(Path.of("src/test/java/io/quicpool/docs/ReadmeExample.java"));
        String compiled = source.substring(source.indexOf("// README begins\n"), source.indexOf("// README ends"));
        assertThat(lines(compiled.substring(compiled.indexOf('\n')))).isEqualTo(lines(shown));
    }

    private static String lines(String text) {
        return String.join(
                        "\n", Arrays.stream(text.split("\n")).map(String::strip).toList())
                .strip();
    }
}
