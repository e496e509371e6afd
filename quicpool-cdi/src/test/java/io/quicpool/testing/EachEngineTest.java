package io.quicpool.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** quicpool-it/engines finds the tests of each engine by their tag. */
class EachEngineTest {

    private static final Pattern OF_EACH = Pattern.compile("\\bEngines(?:\\.|#|::)names\\b|Source\\([^)]*\\bnetty\\b");

    @Test
    void noTestLacksTheTag() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith("Test.java")).toList()) {
                String source = Files.readString(file);
                if (!file.endsWith("EachEngineTest.java")
                        && OF_EACH.matcher(source).find()) {
                    assertThat(source).as(file.toString()).contains("@Tag(EachEngine.TAG)");
                    found.add(file.getFileName().toString());
                }
            }
        }
        assertThat(found).contains("CutOffTest.java");
    }
}
