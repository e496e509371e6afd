package io.quicpool.it.faults;

import io.quicpool.testing.Pools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The results of the scenarios, as the table of docs/reliability.md, in {@code target/reliability.md}. */
final class Report {

    // A table for each pair of engines, kwik's without a suffix.
    private static final Path FILE = Path.of("target", "reliability" + suffix() + ".md");
    private static final String HEAD = "| scenario | faults | taken | stale after notice / before (longest) |"
            + " wrongly paired | wrong bytes | cut | back after: median, longest | refused |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

    private static final Map<String, String> ROWS = new TreeMap<>();

    private Report() {}

    private static String suffix() {
        String engines = Pools.CLIENT_ENGINE + "-" + Pools.SERVER_ENGINE;
        return engines.equals("kwik-kwik") ? "" : "-" + engines;
    }

    /** One row. Times in milliseconds. */
    static void row(String scenario, String faults, Ledger ledger, List<Long> recoveries, String refused) {
        put(
                scenario,
                faults + " | " + ledger.handedOut + " | " + ledger.oldAfterNotice + " / " + ledger.oldBeforeNotice
                        + (ledger.oldBeforeNotice.sum() == 0 ? "" : " (" + ledger.longestOldMillis + " ms)") + " | "
                        + ledger.wrongPairs + " | " + ledger.wrongBytes + " | " + ledger.cut + " | "
                        + times(recoveries) + " | " + refused);
    }

    static void row(String scenario, String faults, Ledger ledger) {
        row(scenario, faults, ledger, List.of(), "");
    }

    /** A row of a hostile peer, with the effect on honest clients. */
    static void refused(String scenario, String faults, String refused) {
        put(scenario, faults + " | | | | | | | " + refused);
    }

    private static synchronized void put(String scenario, String columns) {
        System.out.println("[faults] " + scenario + " | " + columns);
        ROWS.put(scenario, columns);
        StringBuilder table = new StringBuilder(HEAD);
        ROWS.forEach((name, rest) ->
                table.append("| ").append(name).append(" | ").append(rest).append(" |\n"));
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was refused, as a column. */
    static String counted(Map<String, Long> refused) {
        return refused.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Median and longest. */
    static String times(List<Long> millis) {
        if (millis.isEmpty()) {
            return "";
        }
        List<Long> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        long longest = sorted.get(sorted.size() - 1);
        return sorted.size() == 1 ? seconds(longest) : seconds(sorted.get(sorted.size() / 2)) + ", " + seconds(longest);
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
