package io.quicpool.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The page that a run writes: medians, ratios, charts, versions and machine. */
final class Page {

    private static final String REFERENCE = "grpc";

    private record Key(String row, int callers, int bytes, boolean lossy) {}

    private final RunCommand run;
    private final Map<Key, List<Callers.Outcome>> requests = new LinkedHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();
    private final Set<String> failed = new LinkedHashSet<>();
    private final Map<String, FigureList> parts = new LinkedHashMap<>();

    /** The figures of a part that has no callers: by figure, then by row. */
    private static final class FigureList {
        private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();
    }

    Page(RunCommand run) {
        this.run = run;
    }

    void add(String row, int callers, int bytes, boolean lossy, Callers.Outcome outcome) {
        requests.computeIfAbsent(new Key(row, callers, bytes, lossy), key -> new ArrayList<>())
                .add(outcome);
    }

    /** A figure of another part, in its unit. */
    void add(String part, String row, String figure, double value) {
        parts.computeIfAbsent(part, key -> new FigureList())
                .figures
                .computeIfAbsent(figure, key -> new LinkedHashMap<>())
                .computeIfAbsent(row, key -> new ArrayList<>())
                .add(value);
    }

    void skipped(String row, String why) {
        skipped.put(row, why);
    }

    void failed(String row) {
        failed.add(row);
    }

    private double median(Key key, ToDoubleFunction<Callers.Outcome> what) {
        return median(requests.getOrDefault(key, List.of()).stream()
                .mapToDouble(what)
                .boxed()
                .toList());
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        StringBuilder text = new StringBuilder("# Performance\n\n").append(Machine.describe());
        text.append("Each figure is the median of ")
                .append(run.rounds)
                .append(
                        " rounds in one run; each round measures all rows in turn. In each round the server and the client of a row")
                .append(" are two new processes. They are warmed up for ")
                .append(run.warmUp)
                .append(" ms with 8 callers; then each figure takes ")
                .append(run.millis)
                .append(
                        " ms. Each caller sends its next request when it has the answer, which has as many bytes as the request. All rows")
                .append(" use TLS over loopback.\n");
        for (boolean lossy : new boolean[] {false, true}) {
            Set<Integer> sizes = new TreeSet<>();
            requests.keySet().stream().filter(key -> key.lossy == lossy).forEach(key -> sizes.add(key.bytes));
            for (int bytes : sizes) {
                String chart = file.getFileName().toString().replaceFirst("\\.md$", "") + "-" + (lossy ? "lossy-" : "")
                        + bytes + ".svg";
                table(text, bytes, lossy);
                text.append("\n![")
                        .append(title(bytes, lossy))
                        .append("](")
                        .append(chart)
                        .append(")\n");
                Files.writeString(folder.resolve(chart), chart(bytes, lossy));
            }
        }
        parts.forEach((part, figures) -> table(text, part, figures));
        if (!skipped.isEmpty() || !failed.isEmpty()) {
            text.append("\n## Not measured\n\n");
            skipped.forEach((row, why) ->
                    text.append("- ").append(row).append(": ").append(why).append('\n'));
            failed.forEach(row -> text.append("- ").append(row).append(": failed in at least one round\n"));
        }
        Files.writeString(file, text.toString());
    }

    private static String title(int bytes, boolean lossy) {
        return "Requests of " + bytes + " bytes" + (lossy ? ", 20 ms round trip, 1 % loss" : "");
    }

    private List<String> rows(int bytes, boolean lossy) {
        return requests.keySet().stream()
                .filter(key -> key.bytes == bytes && key.lossy == lossy)
                .map(Key::row)
                .distinct()
                .toList();
    }

    private Set<Integer> callers(int bytes, boolean lossy) {
        Set<Integer> all = new TreeSet<>();
        requests.keySet().stream()
                .filter(key -> key.bytes == bytes && key.lossy == lossy)
                .forEach(key -> all.add(key.callers));
        return all;
    }

    private void table(StringBuilder text, int bytes, boolean lossy) {
        text.append("\n## ")
                .append(title(bytes, lossy))
                .append("\n\nRequests a second, in brackets times ")
                .append(REFERENCE)
                .append("; then p50 / p99 / p99.9 in milliseconds.\n\n| |");
        callers(bytes, lossy)
                .forEach(count -> text.append(' ').append(count).append(count == 1 ? " caller |" : " callers |"));
        text.append("\n| --- |")
                .append(" --- |".repeat(callers(bytes, lossy).size()))
                .append('\n');
        for (String row : rows(bytes, lossy)) {
            text.append("| ").append(row).append(" |");
            for (int count : callers(bytes, lossy)) {
                text.append(' ').append(cell(new Key(row, count, bytes, lossy))).append(" |");
            }
            text.append('\n');
        }
    }

    private String cell(Key key) {
        double rate = median(key, Callers.Outcome::perSecond);
        if (Double.isNaN(rate)) {
            return "";
        }
        double reference = median(new Key(REFERENCE, key.callers, key.bytes, key.lossy), Callers.Outcome::perSecond);
        String ratio = Double.isNaN(reference) ? "" : String.format(Locale.ROOT, " (%.2f)", rate / reference);
        return String.format(
                Locale.ROOT,
                "%,.0f%s; %.2f / %.2f / %.2f",
                rate,
                ratio,
                median(key, Callers.Outcome::p50),
                median(key, Callers.Outcome::p99),
                median(key, Callers.Outcome::p999));
    }

    private static void table(StringBuilder text, String part, FigureList list) {
        Set<String> rows = new LinkedHashSet<>();
        list.figures.values().forEach(byRow -> rows.addAll(byRow.keySet()));
        text.append("\n## ").append(part).append("\n\n| |");
        rows.forEach(row -> text.append(' ').append(row).append(" |"));
        text.append("\n| --- |").append(" --- |".repeat(rows.size())).append('\n');
        list.figures.forEach((figure, byRow) -> {
            text.append("| ").append(figure).append(" |");
            rows.forEach(row -> {
                double median = median(byRow.getOrDefault(row, List.of()));
                text.append(Double.isNaN(median) ? " |" : String.format(Locale.ROOT, " %,.2f |", median));
            });
            text.append('\n');
        });
    }

    private String chart(int bytes, boolean lossy) {
        BarChart chart = new BarChart(title(bytes, lossy) + ": requests a second by number of callers");
        for (String row : rows(bytes, lossy)) {
            for (int count : callers(bytes, lossy)) {
                chart.bar(
                        row,
                        String.valueOf(count),
                        median(new Key(row, count, bytes, lossy), Callers.Outcome::perSecond));
            }
        }
        return chart.svg();
    }
}
