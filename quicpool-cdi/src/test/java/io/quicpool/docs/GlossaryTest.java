package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** README, docs, library and tests keep to the words of the glossary in docs/design.md. */
class GlossaryTest {

    /** Words that the glossary replaces, and old phrases. Words that also have a plain meaning are listed with their phrase. */
    private static final Pattern OLD = Pattern.compile(
            "\\b(strangers?|newcomers?|guests?|in vain|house-?keeping|anew|whoever|lest|thereby|be it (that|an?|the|in)"
                    + "|looks? at (the|its) stock|(in|into|left|leaves?) (the )?stock|its stock|(have|has) an eye on"
                    + "|turn(s|ed)? away|send(s)? away|sent away|makes? it anew|how manieth|goes? without|of the rooms?"
                    + "|has gone|have gone|hands? out|handed out|all the same|without a word|once more|let(s)? go of"
                    + "|is told of)\\b",
            Pattern.CASE_INSENSITIVE);

    /** The same in names. */
    private static final Pattern OLD_NAME = Pattern.compile(
            "\\w*[a-z](Strangers?|Newcomers?|Guests?|InVain|HouseKeeping|Anew|Whoever|OnceMore|AllTheSame)"
                    + "(?![a-z])\\w*");

    /** The table itself, and names of tests. */
    private static final Pattern EXEMPT = Pattern.compile("^\\|.*\\|$|`[^`]*`", Pattern.MULTILINE);

    @Test
    void pagesKeepToIt() throws IOException {
        List<Path> pages = files(Path.of("../docs"), ".md");
        pages.add(Path.of("../README.md"));
        assertKept(pages);
    }

    @Test
    void theLibraryKeepsToIt() throws IOException {
        assertKept(files(Path.of("src/main"), ".java"));
        assertKept(files(Path.of("netty/src/main"), ".java"));
    }

    @Test
    void testsKeepToIt() throws IOException {
        List<Path> tests = files(Path.of("src/test"), ".java");
        // This file has the list.
        tests.removeIf(file -> file.endsWith("GlossaryTest.java"));
        tests.addAll(files(Path.of("netty/src/test"), ".java"));
        for (Path module : modules()) {
            tests.addAll(files(module, ".java"));
        }
        assertKept(tests);
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("../quicpool-it"))) {
            return all.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return new ArrayList<>(
                    all.filter(file -> file.toString().endsWith(end)).toList());
        }
    }

    private static void assertKept(List<Path> files) throws IOException {
        assertThat(files).hasSizeGreaterThan(15);
        for (Path file : files) {
            String text = EXEMPT.matcher(Files.readString(file)).replaceAll("");
            assertThat(Stream.of(OLD, OLD_NAME)
                            .flatMap(old -> old.matcher(text).results())
                            .map(MatchResult::group))
                    .as(file.toString())
                    .isEmpty();
        }
    }
}
