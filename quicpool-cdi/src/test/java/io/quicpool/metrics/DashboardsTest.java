package io.quicpool.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quicpool.ClientPool;
import io.quicpool.PoolObserver;
import io.quicpool.docs.Page;
import io.quicpool.testing.Pools;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The dashboard, the alert rules and the page name metrics, labels and values that exist. */
class DashboardsTest {

    private static final Path DASHBOARD = Path.of("../docs/grafana/quicpool.json");
    private static final Path RULES = Path.of("../docs/prometheus/quicpool-alerts.yml");

    private static final Pattern NAME = Pattern.compile("\\bquicpool_\\w+");
    // With its selector, if it has one. In JSON the quotes are escaped.
    private static final Pattern SELECTOR = Pattern.compile("\\b(quicpool_\\w+)\\{([^{}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|=)\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("by \\(([\\w, ]+)\\)\\s*\\(");
    // Prometheus adds these.
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "le");

    private static String read(Path file) throws IOException {
        return Files.readString(file).replace("\\\"", "\"");
    }

    private static Map<String, Metric> metrics() {
        Map<String, Metric> metrics = new HashMap<>();
        for (Metric metric : Metric.values()) {
            PrometheusNames.of(metric).forEach(name -> metrics.put(name, metric));
        }
        return metrics;
    }

    private static Set<String> labels(Metric metric) {
        Set<String> labels = new HashSet<>(OF_PROMETHEUS);
        labels.addAll(attributes(metric));
        return labels;
    }

    private static List<String> attributes(Metric metric) {
        List<String> attributes = new ArrayList<>(List.of(Metric.POOL_ATTRIBUTE, Metric.KIND_ATTRIBUTE));
        if (metric.scope() == Metric.Scope.TARGET) {
            attributes.add(Metric.TARGET_ATTRIBUTE);
        }
        if (!metric.attribute().isEmpty()) {
            attributes.add(metric.attribute());
        }
        return attributes;
    }

    @Test
    void theDashboardNamesWhatExists() throws IOException {
        namesWhatExists(DASHBOARD);
    }

    @Test
    void theRulesNameWhatExists() throws IOException {
        namesWhatExists(RULES);
    }

    @Test
    void theDashboardHasEveryMetric() throws IOException {
        String text = read(DASHBOARD);
        assertThat(Metric.values())
                .allSatisfy(metric -> assertThat(PrometheusNames.of(metric)).anyMatch(text::contains));
    }

    /** Needs promtool, which comes with Prometheus. */
    @Test
    void prometheusAcceptsTheRules() throws Exception {
        assumeTrue(isThere("promtool"), "promtool is not installed");
        Process process = new ProcessBuilder("promtool", "check", "rules", RULES.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static void namesWhatExists(Path file) throws IOException {
        String text = read(file);
        Map<String, Metric> metrics = metrics();
        assertThat(all(NAME, text)).isNotEmpty().allSatisfy(name -> assertThat(metrics)
                .containsKey(name.group()));
        for (MatchResult selector : all(SELECTOR, text)) {
            for (MatchResult matcher : all(MATCHER, selector.group(2))) {
                Metric metric = Objects.requireNonNull(metrics.get(selector.group(1)));
                assertThat(labels(metric)).as(selector.group()).contains(matcher.group(1));
                if (!matcher.group(3).startsWith("$")) {
                    assertThat(matcher.group(3).split("\\|", -1))
                            .as(selector.group())
                            .allSatisfy(value ->
                                    assertThat(values(metric, matcher.group(1))).contains(value));
                }
            }
        }
        // The labels by which an expression groups are those of all its metrics.
        for (String expression : text.split("\n", -1)) {
            Set<String> grouped = all(GROUPING, expression).stream()
                    .flatMap(grouping -> Stream.of(grouping.group(1).split(", ", -1)))
                    .collect(Collectors.toCollection(TreeSet::new));
            for (MatchResult name : all(NAME, expression)) {
                assertThat(labels(Objects.requireNonNull(metrics.get(name.group()))))
                        .as(expression)
                        .containsAll(grouped);
            }
        }
    }

    private static List<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static Set<String> values(Metric metric, String label) {
        if (label.equals(Metric.KIND_ATTRIBUTE)) {
            return Set.of("client", "server");
        }
        assertThat(label).isEqualTo(metric.attribute());
        return attributeValues(metric);
    }

    /** The values of the attribute that only this metric has. */
    private static Set<String> attributeValues(Metric metric) {
        if (metric == Metric.STREAM_WAIT_TIME) {
            return texts(PoolObserver.WaitEnd.values());
        }
        if (metric == Metric.STREAM_USE_TIME) {
            return texts(PoolObserver.UseEnd.values());
        }
        try (Pools pools = new Pools()) {
            var server = pools.server(s -> s);
            ClientPool client = pools.client(server, c -> c);
            Set<String> values =
                    new TreeSet<>(metric.of(client, client.snapshot()).keySet());
            values.addAll(metric.of(server, server.snapshot()).keySet());
            return values;
        }
    }

    private static Set<String> texts(Enum<?>... values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void thePageHasTheCatalogue() {
        List<String> rows = Arrays.stream(Metric.values())
                .map(metric -> Page.row(
                        "`" + metric.text() + "`",
                        metric.instrument(),
                        "`" + metric.unit() + "`",
                        attributes(metric).stream()
                                .skip(2)
                                .map(name -> "`" + name + "`")
                                .collect(Collectors.joining(", ")),
                        metric.description()))
                .map(row -> row.replace("|  |", "| |"))
                .toList();
        Page.same(new Page("metrics.md").rows("## All metrics"), rows);
    }

    @Test
    void thePageHasTheOutcomes() throws IOException {
        String page = Files.readString(Path.of("../docs/metrics.md"));
        Stream.of(texts(PoolObserver.WaitEnd.values()), texts(PoolObserver.UseEnd.values()))
                .flatMap(Set::stream)
                .forEach(outcome -> assertThat(page).contains("`" + outcome + "`"));
        assertThat(page)
                .contains(Metric.BUCKETS.stream()
                        .map(seconds -> seconds < 1 ? seconds.toString() : Long.toString(Math.round(seconds)))
                        .collect(Collectors.joining(", ")));
    }
}
