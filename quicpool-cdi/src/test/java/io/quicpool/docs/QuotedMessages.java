package io.quicpool.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quicpool.ClientPool;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.ClientPoolConfigBuilder;
import io.quicpool.testing.LogOf;
import io.quicpool.testing.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/**
 * Compares the messages that docs/troubleshooting.md quotes with those of pools in trouble. They are the texts in backquotes after
 * "Says:" and in the first column of a table. {@code <...>} stands for the parts that differ.
 */
abstract class QuotedMessages {

    static final Map<String, List<String>> SECTIONS = new Page("troubleshooting.md").sections();
    static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    static final Duration SHORT = Duration.ofMillis(300);

    final Pools pools = new Pools();
    final List<StreamPool> watched = new ArrayList<>();
    final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final LogOf log = new LogOf("io.quicpool");

    @AfterEach
    void close() {
        pools.close();
        log.close();
    }

    private static List<String> section(String heading) {
        List<String> section = SECTIONS.get(heading);
        assertThat(section).as("the page has the section " + heading).isNotNull();
        return Objects.requireNonNull(section);
    }

    static Stream<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(result -> result.group(1));
    }

    private static List<String> messages(String heading) {
        return section(heading).stream()
                .flatMap(line -> line.startsWith("- Says:")
                        ? quoted(line)
                        : line.startsWith("| `") ? quoted(line).limit(1) : Stream.empty())
                .toList();
    }

    private static List<String> fixedParts(String message) {
        return Arrays.stream(message.split("<[^>]*>", -1))
                .filter(part -> !part.isBlank())
                .toList();
    }

    /** Waits until every message that the section quotes was logged, thrown, or kept as the last error. */
    void saysAll(String heading) {
        List<String> messages = messages(heading);
        assertThat(messages).as(heading).isNotEmpty();
        await().untilAsserted(() -> assertThat(messages).allSatisfy(message -> {
            String pattern = fixedParts(message).stream().map(Pattern::quote).collect(Collectors.joining(".*"));
            assertThat(everything()).anyMatch(text -> Pattern.compile(pattern, Pattern.DOTALL)
                    .matcher(text)
                    .find());
        }));
    }

    /** Waits until health shows the pool as the section says; of several texts, as the last. */
    static void healthShows(String heading, StreamPool pool) {
        List<String> entries = section(heading).stream()
                .filter(line -> line.startsWith("- Health:"))
                .flatMap(QuotedMessages::quoted)
                .toList();
        assertThat(entries).as(heading).isNotEmpty();
        await().untilAsserted(() -> assertThat((pool.ready() ? "ready, " : "not ready, ")
                        + pool.snapshot().state() + ", "
                        + pool.snapshot().linkText())
                .isEqualTo(entries.get(entries.size() - 1)));
    }

    List<String> everything() {
        List<String> all = new ArrayList<>(said);
        all.addAll(log.lines());
        watched.forEach(pool -> all.add(String.valueOf(pool.snapshot().lastError())));
        return all;
    }

    <P extends StreamPool> P watch(P pool) {
        watched.add(pool);
        return pool;
    }

    void thrown(Throwable failure) {
        said.add(String.valueOf(failure.getMessage()));
    }

    ClientPool client(String target, UnaryOperator<ClientPoolConfigBuilder> settings) {
        return watch(pools.client(target, settings));
    }

    ClientPool client(ServerPool server, UnaryOperator<ClientPoolConfigBuilder> settings) {
        return client("127.0.0.1:" + server.localAddress().getPort(), settings);
    }

    static void inSources(String fixed) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains(fixed)) {
                    return;
                }
            }
        }
        throw new AssertionError("no source has: " + fixed);
    }
}
