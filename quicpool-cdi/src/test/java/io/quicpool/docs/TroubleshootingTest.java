package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.ServerPool;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;

/** Each section of docs/troubleshooting.md has all its parts, in the words of the other pages. */
class TroubleshootingTest extends QuotedMessages {

    @Test
    void everySectionSaysWhatIsShownTheCauseAndTheCure() {
        SECTIONS.forEach((heading, lines) -> {
            for (String part : List.of("- Health: ", "- JMX: ")) {
                assertThat(lines).as(heading).anyMatch(line -> line.startsWith(part));
            }
            if (lines.stream().noneMatch(line -> line.startsWith("| says | cause | cure |"))) {
                for (String part : List.of("- Says: ", "- Cause: ", "- Cure: ")) {
                    assertThat(lines).as(heading).anyMatch(line -> line.startsWith(part));
                }
            }
        });
    }

    @Test
    void healthIsThatOfItsPage() {
        List<String> entries = new Page("health.md").rows("## Data");
        all("- Health:").forEach(quoted -> assertThat(entries).as(quoted).anyMatch(entry -> entry.contains(quoted)));
    }

    @Test
    void attributesNotificationsAndReasonsExist() {
        ServerPool server = pools.server(s -> s);
        Page page = new Page("jmx.md");
        Set<String> known = new HashSet<>(server.snapshot().totals().refused().keySet());
        known.addAll(server.snapshot().totals().evicted().keySet());
        for (String heading : List.of("## Attributes", "## Operations", "## Notifications")) {
            page.rows(heading)
                    .forEach(row -> known.add(row.split("\\|", -1)[1].strip().replace("`", "")));
        }
        assertThat(all("- JMX:")).isSubsetOf(known);
    }

    private static List<String> all(String mark) {
        List<String> all = SECTIONS.values().stream()
                .flatMap(List::stream)
                .filter(line -> line.startsWith(mark))
                .map(QUOTED::matcher)
                .flatMap(matcher -> matcher.results())
                .map((MatchResult result) -> result.group(1))
                .toList();
        assertThat(all).isNotEmpty();
        return all;
    }
}
