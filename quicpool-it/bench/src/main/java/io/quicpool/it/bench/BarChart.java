package io.quicpool.it.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Horizontal bars in groups, as SVG. The longest bar has the full width. */
final class BarChart {

    private static final int LABELS = 210;
    private static final int BARS = 460;
    private static final int VALUES = 80;
    private static final int LINE = 15;
    private static final int GAP = 9;
    private static final int TOP = 34;
    private static final List<String> COLORS =
            List.of("#9ecae1", "#4292c6", "#2171b5", "#08306b", "#6a51a3", "#54278f");

    private record Bar(String series, double value) {}

    private final String title;
    private final Map<String, List<Bar>> groups = new LinkedHashMap<>();

    BarChart(String title) {
        this.title = title;
    }

    /** Adds a bar to a group. */
    void bar(String group, String series, double value) {
        groups.computeIfAbsent(group, key -> new ArrayList<>()).add(new Bar(series, value));
    }

    String svg() {
        double longest = groups.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Bar::value)
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(1);
        StringBuilder body = new StringBuilder();
        int y = TOP;
        for (Map.Entry<String, List<Bar>> group : groups.entrySet()) {
            text(body, LABELS - 34, y + LINE - 4, "end", group.getKey());
            int color = 0;
            for (Bar bar : group.getValue()) {
                if (!Double.isNaN(bar.value)) {
                    double width = bar.value / longest * BARS;
                    body.append(String.format(
                            Locale.ROOT,
                            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                            LABELS,
                            y,
                            width,
                            LINE - 2,
                            COLORS.get(color % COLORS.size())));
                    text(body, LABELS - 6, y + LINE - 4, "end", bar.series);
                    text(
                            body,
                            LABELS + (int) width + 5,
                            y + LINE - 4,
                            "start",
                            String.format(Locale.ROOT, "%,.0f", bar.value));
                }
                color++;
                y += LINE;
            }
            y += GAP;
        }
        StringBuilder head = new StringBuilder();
        head.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">%n",
                LABELS + BARS + VALUES,
                y));
        head.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        text(head, 10, 20, "start", title);
        return head.append(body).append("</svg>\n").toString();
    }

    private static void text(StringBuilder to, int x, int y, String anchor, String text) {
        to.append(String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
