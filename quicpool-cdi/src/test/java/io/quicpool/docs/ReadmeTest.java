package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** README and docs show the code that the build compiles. */
class ReadmeTest {

    private static final Path SOURCES = Path.of("src/test/java/io/quicpool/docs");
    private static final Pattern SHOWN = Pattern.compile("```java\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern IMPORT = Pattern.compile("^import ([\\w.]+\\.(\\w+));\n", Pattern.MULTILINE);
    private static final Pattern COMPILED = Pattern.compile("// (\\w+) begins\n(.*?)// \\1 ends", Pattern.DOTALL);

    @Test
    void readmeShowsWhatIsCompiled() throws IOException {
        same("../README.md", "ReadmeExample.java");
    }

    @Test
    void theComponentPageShowsWhatIsCompiled() throws IOException {
        same("../docs/component.md", "ComponentExample.java");
    }

    @Test
    void theTlsPageShowsWhatIsCompiled() throws IOException {
        same("../docs/tls.md", "TlsExample.java");
    }

    @Test
    void theObservabilityPageShowsWhatIsCompiled() throws IOException {
        same("../docs/observability.md", "ObservabilityExample.java");
    }

    /** README has no imports: the pages have complete files. */
    @ParameterizedTest
    @CsvSource({
        "component.md, ComponentExample.java",
        "tls.md, TlsExample.java",
        "observability.md, ObservabilityExample.java"
    })
    void everySnippetHasItsImports(String page, String source) throws IOException {
        List<MatchResult> compiled = IMPORT.matcher(Files.readString(SOURCES.resolve(source)))
                .results()
                .toList();
        for (String snippet : all(SHOWN, Files.readString(Path.of("../docs", page)), 1)) {
            String code = IMPORT.matcher(snippet).replaceAll("");
            assertThat(all(IMPORT, snippet, 1))
                    .as(snippet)
                    .isEqualTo(compiled.stream()
                            .filter(one -> Pattern.compile("\\b" + one.group(2) + "\\b")
                                    .matcher(code)
                                    .find())
                            .map(one -> one.group(1))
                            .toList());
        }
    }

    private static void same(String page, String source) throws IOException {
        List<String> shown =
                all(SHOWN, IMPORT.matcher(Files.readString(Path.of(page))).replaceAll(""), 1);
        List<String> compiled = all(COMPILED, Files.readString(SOURCES.resolve(source)), 2);
        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    private static List<String> all(Pattern pattern, String text, int group) {
        List<String> all = new ArrayList<>();
        for (MatchResult match : pattern.matcher(text).results().toList()) {
            all.add(lines(match.group(group)));
        }
        return all;
    }

    // Indentation is the page's own, and so is what makes a class of an example a member of one.
    private static String lines(String text) {
        String lines = String.join(
                        "\n", Arrays.stream(text.split("\n")).map(String::strip).toList())
                .strip();
        return lines.replace("public static class", "public class").replaceFirst("\n}$", "");
    }
}
