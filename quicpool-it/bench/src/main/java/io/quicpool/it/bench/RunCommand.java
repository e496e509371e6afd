package io.quicpool.it.bench;

import io.quicpool.it.bench.rows.GoRow;
import io.quicpool.it.bench.rows.PoolRow;
import io.quicpool.it.bench.rows.Row;
import io.quicpool.it.bench.rows.Rows;
import io.quicpool.it.faults.Faults;
import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All of it, or some parts. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Measures all rows in turn, and writes a page with the medians of all rounds.")
final class RunCommand implements Callable<Integer> {

    /** What can be measured. */
    enum Part {
        /** Requests over loopback. */
        requests,
        /** Requests over a network with 20 ms round trip that loses 1 % of the datagrams. */
        lossy,
        /** What idle streams cost: fill, memory, processor, ping-pong, drained pool. */
        idle
    }

    private static final Faults LOSSY = Faults.NONE.losing(0.01).delaying(Duration.ofMillis(10), Duration.ZERO);

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description = "of ${COMPLETION-CANDIDATES}; default: all")
    List<Part> parts = List.of(Part.values());

    @Option(
            names = "--streams",
            split = ",",
            paramLabel = "N",
            description = "idle streams of the part idle: ${DEFAULT-VALUE}")
    int[] streams = {1_000, 10_000};

    @Option(names = "--rows", split = ",", paramLabel = "NAME", description = "only these rows; default: all")
    List<String> rows = new ArrayList<>();

    @Option(names = "--callers", split = ",", paramLabel = "N", description = "at a time: ${DEFAULT-VALUE}")
    int[] callers = {1, 8, 32, 128};

    @Option(names = "--bytes", split = ",", paramLabel = "N", description = "there and back: ${DEFAULT-VALUE}")
    int[] bytes = {64, 1024, 65536};

    @Option(names = "--rounds", paramLabel = "N", description = "of which the median counts: ${DEFAULT-VALUE}")
    int rounds = 5;

    @Option(names = "--warm-up", paramLabel = "MS", description = "of each pair of processes: ${DEFAULT-VALUE}")
    int warmUp = 5_000;

    @Option(names = "--millis", paramLabel = "MS", description = "for each figure: ${DEFAULT-VALUE}")
    int millis = 2_000;

    @Option(names = "--jvm", split = ",", paramLabel = "OPTION", description = "for both processes")
    List<String> jvm = new ArrayList<>();

    @Option(
            names = "--one-pair",
            description = "one pair of processes for all rows in Java: quick, but they disturb each other")
    boolean onePair;

    @Option(names = "--out", paramLabel = "FILE", description = "the page: ${DEFAULT-VALUE}")
    Path out = Path.of("target", "performance.md");

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("quicpool-bench");
        PemFiles.write(SelfSigned.forLoopback("localhost"), folder);
        Page page = new Page(this);
        List<Variant> variants = variants(page);
        boolean failed = false;
        for (int round = 0; round < rounds; round++) {
            for (List<Variant> each : pairs(variants)) {
                failed |= parts.contains(Part.requests) && !measure(each, folder, page, false);
            }
            for (List<Variant> each : pairs(overLoss(variants, page))) {
                failed |= !measure(each, folder, page, true);
            }
            for (List<Variant> each : idlePairs(variants)) {
                failed |= !measureIdle(each, folder, page);
            }
        }
        page.write(out);
        System.out.println("written: " + out.toAbsolutePath());
        return failed ? 1 : 0;
    }

    /** A row, with the threads of its callers. */
    private record Variant(Row row, boolean virtual) {
        String name() {
            return row.name() + (virtual ? "-virtual" : "");
        }
    }

    private List<Variant> variants(Page page) {
        List<Variant> all = new ArrayList<>();
        for (Row row : Rows.all()) {
            all.add(new Variant(row, false));
            // The callers of the others have no threads.
            if (row.name().matches("quicpool-.*-(stream|blocking)")) {
                all.add(new Variant(row, true));
            }
        }
        boolean hasVirtual = Callers.virtualThreads() != null;
        List<Variant> chosen = new ArrayList<>();
        for (Variant each : all) {
            String missing = each.virtual && !hasVirtual ? "needs Java 21 or newer" : each.row.missing();
            if (!rows.isEmpty() && !rows.contains(each.name())) {
                continue;
            }
            if (missing == null) {
                chosen.add(each);
            } else {
                System.out.println("skipped: " + each.name() + ": " + missing);
                page.skipped(each.name(), missing);
            }
        }
        return chosen;
    }

    // The proxy in between knows datagrams only.
    private List<Variant> overLoss(List<Variant> variants, Page page) {
        if (!parts.contains(Part.lossy)) {
            return List.of();
        }
        List<Variant> udp = new ArrayList<>();
        for (Variant each : variants) {
            if (each.row.isTcp()) {
                page.skipped(
                        each.name() + " over a network that loses", "TCP needs a network that loses packets itself");
            } else {
                udp.add(each);
            }
        }
        return udp;
    }

    private List<List<Variant>> idlePairs(List<Variant> variants) {
        return parts.contains(Part.idle)
                ? pairs(variants.stream()
                        .filter(each -> !each.virtual && each.row instanceof PoolRow row && row.isStream())
                        .toList())
                : List.of();
    }

    // New processes for each number, unless all share one pair: memory that was freed would count for less.
    private boolean measureIdle(List<Variant> variants, Path folder, Page page)
            throws IOException, InterruptedException {
        List<Row> together = variants.stream().map(Variant::row).toList();
        Variant current = variants.get(0);
        for (int count : streams) {
            try (Pair pair = Pair.start(together, folder, folder.resolve("log"), jvm, false, Faults.NONE)) {
                for (Variant variant : variants) {
                    current = variant;
                    pair.idle(variant.row, count, millis).forEach((figure, value) -> {
                        System.out.println(variant.name() + " " + figure + " " + value);
                        page.add("Idle streams", variant.name(), figure, value);
                    });
                }
            } catch (AssertionError e) {
                return failed(current, e, folder, page);
            }
        }
        return true;
    }

    private static boolean failed(Variant variant, AssertionError e, Path folder, Page page) {
        System.out.println("FAILED: " + variant.name() + ": " + e.getMessage() + ", see " + folder.resolve("log"));
        page.failed(variant.name());
        return false;
    }

    // Returns whether it was measured.
    private boolean measure(List<Variant> variants, Path folder, Page page, boolean lossy)
            throws IOException, InterruptedException {
        List<Row> together = variants.stream().map(Variant::row).toList();
        Variant current = variants.get(0);
        try (Pair pair = Pair.start(
                together, folder, folder.resolve("log"), jvm, current.virtual, lossy ? LOSSY : Faults.NONE)) {
            for (Variant variant : variants) {
                current = variant;
                pair.measure(variant.row, Math.min(8, max(callers)), Math.min(1024, max(bytes)), warmUp);
                for (int size : bytes) {
                    for (int count : callers) {
                        Callers.Outcome outcome = pair.measure(variant.row, count, size, millis);
                        System.out.println(variant.name() + (lossy ? " lossy" : "") + " callers=" + count + " bytes="
                                + size + " " + outcome.line());
                        page.add(variant.name(), count, size, lossy, outcome);
                    }
                }
            }
            return true;
        } catch (AssertionError e) {
            return failed(current, e, folder, page);
        }
    }

    private static int max(int[] numbers) {
        return Arrays.stream(numbers).max().orElse(1);
    }

    /** What is measured by one pair of processes after the other. */
    private List<List<Variant>> pairs(List<Variant> variants) {
        List<List<Variant>> pairs = new ArrayList<>();
        List<Variant> together = new ArrayList<>();
        for (Variant each : variants) {
            if (onePair && !each.virtual && !(each.row instanceof GoRow)) {
                together.add(each);
            } else {
                pairs.add(List.of(each));
            }
        }
        // First, so that a failure is seen early.
        if (!together.isEmpty()) {
            pairs.add(0, together);
        }
        return pairs;
    }
}
