package io.quicpool.it.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.support.FigureTable;
import io.quicpool.it.support.LineProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Two Quarkus applications ask each other, over each engine in turn. Prints a table for docs/figures.md, which says how to run the long
 * form, also beside an older version of the library.
 */
@Isolated("measures")
@Timeout(7200)
class QuarkusFiguresIT {

    private static final int TIMES = Integer.getInteger("quicpool.figures.times", 1);
    private static final String REQUESTS = System.getProperty("quicpool.figures.requests", "400");
    private static final String ANSWERS = System.getProperty("quicpool.figures.answers", "40");
    // The folder quarkus-app of another version.
    private static final String BEFORE = System.getProperty("quicpool.figures.before", "");

    private final FigureTable table = new FigureTable();

    @Test
    void figures() throws Exception {
        assertThat(Quarkus.jars()).anyMatch(name -> name.startsWith("io.netty.netty-common-4.1."));
        for (String engine : List.of("kwik", "netty")) {
            table.variant(engine);
            if (!BEFORE.isEmpty()) {
                table.variant(engine + " before").ratio(engine, engine + " before");
            }
        }
        table.ratio("netty", "kwik");
        for (int time = 1; time <= TIMES; time++) {
            for (String engine : List.of("kwik", "netty")) {
                // The order changes, so that neither gains by it.
                if (!BEFORE.isEmpty() && time % 2 == 0) {
                    measure(engine + " before", engine, Path.of(BEFORE));
                }
                measure(engine, engine, Quarkus.FOLDER);
                if (!BEFORE.isEmpty() && time % 2 == 1) {
                    measure(engine + " before", engine, Path.of(BEFORE));
                }
            }
            table.publish(Path.of("target", "quarkus-figures.md"));
        }
    }

    private void measure(String variant, String engine, Path application) throws Exception {
        try (Quarkus asked = new Quarkus(application);
                Quarkus asking = new Quarkus(application)) {
            asked.asking(asking);
            asking.asking(asked);
            for (Quarkus each : List.of(asked, asking)) {
                each.optimized();
                each.set("quicpool.transport", engine);
                each.set("quicpool.client.\"stock\".min-capacity", "16");
                table.add(
                        variant,
                        "start until the first answer (ms)",
                        each.start().toNanos() / 1e6);
            }
            asking.awaitReadiness(200);
            assertThat(asking.program().output()).contains("uses the engine " + engine);
            // What it asks is another of its kind.
            assertThat(asking.get("/prices/apple").body()).matches("apple costs (\\d\\.\\d\\d), \\1 left");
            load(variant, engine, application, asking);
            table.add(variant, "resident memory, asking (MB)", resident(asking));
            table.add(variant, "resident memory, asked (MB)", resident(asked));
        }
    }

    private void load(String variant, String engine, Path application, Quarkus asking) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Jdk.CURRENT.java(), "-cp", classPath(application), QuarkusLoad.class.getName(), asking.url()));
        command.addAll(List.of(
                "localhost:" + asking.history,
                engine,
                Container.CERTIFICATES.certificate().toString(),
                REQUESTS,
                ANSWERS));
        try (LineProcess load =
                new LineProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT))) {
            for (String line : load.rest()) {
                int colon = line.indexOf(": ");
                table.add(variant, line.substring(0, colon), Double.parseDouble(line.substring(colon + 2)));
            }
            assertThat(load.process().waitFor()).as(variant).isZero();
        }
    }

    // The library of that application, without its other jars.
    private static String classPath(Path application) throws IOException {
        try (Stream<Path> jars = Files.list(application.resolve("lib").resolve("main"))) {
            List<String> path = new ArrayList<>(jars.map(Path::toString)
                    .filter(jar -> jar.matches(".*/(io\\.quicpool|tech\\.kwik|.*hkdf|.*siphash)[^/]*"))
                    .toList());
            path.add(Path.of("target", "test-classes").toString());
            return String.join(File.pathSeparator, path);
        }
    }

    // Empty in the table where the system does not report it.
    private static double resident(Container container) throws IOException {
        Path status = Path.of("/proc", Long.toString(container.program().pid()), "status");
        if (!Files.isReadable(status)) {
            return Double.NaN;
        }
        return Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(0)
                / 1024.0;
    }
}
