package io.quicpool.it.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Examples that can be copied need only the library of this project, its engine netty, and no parent POM. They have the versions that this
 * project tests.
 */
class ExamplesTest {

    private static final Pattern VERSION = Pattern.compile("<([\\w.-]+\\.version|version)>([^<$]+)</\\1>");
    private static final Pattern OURS =
            Pattern.compile("<groupId>io\\.quicpool</groupId>\\s*<artifactId>([^<]+)</artifactId>");

    @ParameterizedTest
    @ValueSource(strings = {"quarkus", "liberty", "helidon"})
    void standAlone(String example) throws IOException {
        String pom = pom("quicpool-it/" + example + "/pom.xml");
        assertThat(pom).doesNotContain("<parent>");
        assertThat(OURS.matcher(pom).results().map(one -> one.group(1)))
                .contains("quicpool-cdi")
                .isSubsetOf("quicpool-" + example, "quicpool-cdi", "quicpool-netty");
        String parent = pom("pom.xml");
        assertThat(versions(pom)).isNotEmpty();
        for (String version : versions(pom)) {
            assertThat(parent).contains(version);
        }
    }

    // The versions as text: a property with its name, or the version of an artifact.
    private static Set<String> versions(String pom) {
        return VERSION.matcher(pom)
                .results()
                .map(one -> one.group(1).equals("version") ? ">" + one.group(2) + "</" : one.group())
                .collect(Collectors.toSet());
    }

    private static String pom(String path) throws IOException {
        return Files.readString(Page.project().resolve(path));
    }
}
