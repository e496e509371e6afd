package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** "Where would I change ...?" in docs/design.md names files that exist, and few of them. */
class WhereToChangeTest {

    private static final int MAX_FILES = 3;

    // A type, or one of its members.
    private static final Pattern CODE = Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`");

    @Test
    void eachChangeOpensAndEditsFewFiles() throws IOException {
        Map<String, Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .collect(Collectors.toMap(WhereToChangeTest::type, file -> file, (one, other) -> one));
        }
        List<String> rows = new Page("design.md").rows("## Where would I change ...?");
        assertThat(rows).hasSizeGreaterThanOrEqualTo(10);
        for (String row : rows) {
            String[] cells = row.split("\\|", -1);
            for (String cell : List.of(cells[2], cells[3])) {
                List<MatchResult> named = CODE.matcher(cell).results().toList();
                assertThat(named.stream().map(type -> type.group(1)).distinct())
                        .as(row)
                        .hasSizeLessThanOrEqualTo(MAX_FILES);
                for (MatchResult each : named) {
                    assertThat(sources).as(row).containsKey(each.group(1));
                    String member = each.group(2);
                    if (member != null) {
                        assertThat(sources.get(each.group(1))).as(row).content().contains(" " + member + "(");
                    }
                }
            }
        }
    }

    private static String type(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }
}
