package io.quicpool.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Figures that were measured of several variants in turn, in one run. Each cell is the median of all rounds. The name of a figure ends
 * with its unit in brackets: with {@code /s} more is better, otherwise less is.
 */
public final class FigureTable {

    private record Column(String heading, ToDoubleFunction<String> cell) {}

    private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();
    private final List<Column> columns = new ArrayList<>();

    /** Adds a column with the medians of this variant. */
    public FigureTable variant(String name) {
        columns.add(new Column(name, figure -> median(values(name, figure))));
        return this;
    }

    /**
     * Adds a column that says how much better one variant is than the other: 1 is as good, 2 is twice as fast or takes half as much. It
     * is the median of the ratios of each round.
     */
    public FigureTable ratio(String variant, String to) {
        columns.add(new Column(variant + " : " + to, figure -> {
            List<Double> these = values(variant, figure);
            List<Double> those = values(to, figure);
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < Math.min(these.size(), those.size()); round++) {
                double ratio = these.get(round) / those.get(round);
                ratios.add(figure.contains("/s)") ? ratio : 1 / ratio);
            }
            return median(ratios);
        }));
        return this;
    }

    /** Adds what was measured in this round. */
    public void add(String variant, String figure, double value) {
        values.computeIfAbsent(figure, key -> new LinkedHashMap<>())
                .computeIfAbsent(variant, key -> new ArrayList<>())
                .add(value);
    }

    private List<Double> values(String variant, String figure) {
        return values.getOrDefault(figure, Map.of()).getOrDefault(variant, List.of());
    }

    private static double median(List<Double> unsorted) {
        List<Double> sorted = unsorted.stream().sorted().toList();
        int middle = sorted.size() / 2;
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String text(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%,.0f", value);
    }

    /** As Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("| |");
        columns.forEach(column -> text.append(' ').append(column.heading).append(" |"));
        text.append("\n|").append(" --- |".repeat(columns.size() + 1)).append('\n');
        for (String figure : values.keySet()) {
            text.append("| ").append(figure).append(" |");
            columns.forEach(column -> text.append(' ')
                    .append(text(column.cell.applyAsDouble(figure)))
                    .append(" |"));
            text.append('\n');
        }
        return text.toString();
    }

    /** Prints it and writes it to a file. */
    public void publish(Path file) {
        System.out.println(this);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
