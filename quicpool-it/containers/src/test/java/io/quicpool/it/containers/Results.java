package io.quicpool.it.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The results of the tests, as the table of docs/containers.md, in {@code target/containers.md}. */
final class Results {

    private static final Path FILE = Path.of("target", "containers.md");
    private static final Map<String, List<Long>> STARTS = new TreeMap<>();
    private static final Map<String, Set<String>> SHOWN = new TreeMap<>();

    private Results() {}

    static synchronized void startTime(Container container, Duration time) {
        STARTS.computeIfAbsent(container.toString(), key -> new ArrayList<>()).add(time.toMillis());
        say(container, "started in " + time.toMillis() + " ms");
        write();
    }

    static synchronized void shown(Container container, String what) {
        SHOWN.computeIfAbsent(container.toString(), key -> new TreeSet<>()).add(what);
        write();
    }

    /** A figure, for the log of the build. */
    static void say(Container container, String what) {
        System.out.println("[containers] " + container + ": " + what);
    }

    private static void write() {
        Set<String> containers = new TreeSet<>(STARTS.keySet());
        containers.addAll(SHOWN.keySet());
        String table = containers.stream()
                .map(container -> "| " + container.replaceFirst("(\\w+) (\\S+), Java", "$1 | $2 |") + " | "
                        + range(STARTS.getOrDefault(container, List.of())) + " | "
                        + String.join("; ", SHOWN.getOrDefault(container, Set.of())) + " |\n")
                .collect(Collectors.joining());
        try {
            Files.createDirectories(FILE.getParent());
            Files.writeString(
                    FILE, "| container | version | Java | start | tested |\n| --- | --- | --- | --- | --- |\n" + table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String range(List<Long> millis) {
        if (millis.isEmpty()) {
            return "";
        }
        long least = millis.stream().mapToLong(Long::longValue).min().orElseThrow();
        long most = millis.stream().mapToLong(Long::longValue).max().orElseThrow();
        return seconds(least) + (seconds(least).equals(seconds(most)) ? "" : " to " + seconds(most)) + " s";
    }

    private static String seconds(long millis) {
        return String.format(java.util.Locale.ROOT, "%.1f", millis / 1000.0);
    }
}
