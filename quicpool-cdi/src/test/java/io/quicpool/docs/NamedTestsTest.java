package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each test that a page names exists. */
class NamedTestsTest {

    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:#(\\w+))?`");

    @Test
    void everyTestThatAPageNamesIsThere() throws IOException {
        Map<String, Path> tests;
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            tests = files.filter(file -> file.toString().matches(".*/src/test/java/.*(Test|IT)\\.java"))
                    // The pages are followed in a copy of the project.
                    .filter(file -> !file.toString().contains("/target/"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, other) -> one));
        }
        Set<String> named = new TreeSet<>();
        try (Stream<Path> pages = Files.list(Path.of("../docs"))) {
            for (Path page :
                    pages.filter(file -> file.toString().endsWith(".md")).toList()) {
                for (MatchResult test :
                        TEST.matcher(Files.readString(page)).results().toList()) {
                    String where = page.getFileName() + " names " + test.group();
                    assertThat(tests).as(where).containsKey(test.group(1));
                    if (test.group(2) != null) {
                        assertThat(Files.readString(tests.get(test.group(1))))
                                .as(where)
                                .contains("void " + test.group(2) + "(");
                    }
                    named.add(test.group(1));
                }
            }
        }
        assertThat(named).hasSizeGreaterThan(30);
    }
}
