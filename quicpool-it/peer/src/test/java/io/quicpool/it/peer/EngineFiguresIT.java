package io.quicpool.it.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quicpool.it.support.FigureTable;
import io.quicpool.it.support.LineProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * The figures of both engines, in turn: client and server are two processes each. Prints a table for docs/figures.md, which says how to
 * run the long form, also beside an older version of the library, and beside quic-go.
 */
@Timeout(7200)
@DisabledIfSystemProperty(
        named = "quicpool.it.transport",
        matches = "netty",
        disabledReason = "it measures both engines")
class EngineFiguresIT {

    private static final int TIMES = Integer.getInteger("quicpool.figures.times", 1);
    private static final String PINGS = System.getProperty("quicpool.figures.pings", "500");
    private static final String BULK = System.getProperty("quicpool.figures.bulk", "8");
    private static final String IDLE = System.getProperty("quicpool.figures.idle", "16");
    // The jar of the peer tool of another version, and the program of quicpool-it/quic-go.
    private static final String BEFORE = System.getProperty("quicpool.figures.before", "");
    private static final String QUIC_GO = System.getProperty("quicpool.figures.quic-go", "");

    // What the peer tool and quic-go print, and the names in the table. What is not here is left out: few streams say
    // nothing of memory.
    private static final Map<String, String> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put("first_stream_cold_ms", "first stream, cold process (ms)");
        NAMES.put("first_stream_ms", "first stream after that (ms)");
        NAMES.put("fill_1000_ms", "fill of 1,000 streams (ms)");
        NAMES.put("ping_idle_(\\d+)_p50(_us)?", "ping-pong, $1 idle streams, median (us)");
        NAMES.put("ping_idle_(\\d+)_p99(_us)?", "ping-pong, $1 idle streams, p99 (us)");
        NAMES.put("bulk_1_idle_(\\d+)_MBps", "bulk, 1 stream, $1 idle (MB/s)");
        NAMES.put("bulk_8_idle_(\\d+)_MBps", "bulk, 8 streams, $1 idle (MB/s)");
        NAMES.put("heap_per_stream_(\\d{3,})_bytes", "heap of the client per idle stream, $1 idle (B)");
        NAMES.put("threads_(\\d+)", "threads of the client's process, $1 idle");
    }

    private final FigureTable table = new FigureTable();

    @Test
    void figures() throws Exception {
        for (String engine : List.of("kwik", "netty")) {
            table.variant(engine);
            if (!BEFORE.isEmpty()) {
                table.variant(engine + " before").ratio(engine, engine + " before");
            }
        }
        table.ratio("netty", "kwik");
        if (!QUIC_GO.isEmpty()) {
            table.variant("quic-go");
        }
        for (int time = 1; time <= TIMES; time++) {
            for (String engine : List.of("kwik", "netty")) {
                // The order changes, so that neither gains by it.
                if (!BEFORE.isEmpty() && time % 2 == 0) {
                    measure(engine + " before", engine, BEFORE);
                }
                measure(engine, engine, PeerProcess.JAR);
                if (!BEFORE.isEmpty() && time % 2 == 1) {
                    measure(engine + " before", engine, BEFORE);
                }
            }
            if (!QUIC_GO.isEmpty()) {
                quicGo();
            }
            table.publish(Path.of("target", "engine-figures.md"));
        }
        assertThat(table.toString()).contains("| bulk, 8 streams, ");
    }

    private void measure(String variant, String engine, String jar) throws Exception {
        try (PeerProcess echo = server(jar, engine, "echo");
                PeerProcess sink = server(jar, engine, "sink");
                PeerProcess bench = PeerProcess.ofUsers(
                        jar,
                        "bench",
                        "--transport",
                        engine,
                        "--target",
                        "127.0.0.1:" + echo.said("port"),
                        "--sink",
                        "127.0.0.1:" + sink.said("port"),
                        "--idle",
                        IDLE,
                        "--rounds",
                        PINGS,
                        "--bulk",
                        BULK)) {
            bench.rest().forEach(line -> add(variant, line));
            assertThat(bench.waitFor()).as(variant).isZero();
        }
    }

    private static PeerProcess server(String jar, String engine, String use) throws InterruptedException {
        PeerProcess server = PeerProcess.ofUsers(
                jar,
                "server",
                "--listen",
                "127.0.0.1:0",
                "--serve",
                use,
                "--transport",
                engine,
                "--max-capacity",
                "4096",
                "--max-streams-per-connection",
                "4096");
        server.awaitReady();
        return server;
    }

    private void quicGo() throws Exception {
        ProcessBuilder command = new ProcessBuilder(QUIC_GO, "raw", "-idle", IDLE, "-rounds", PINGS, "-bulk", BULK)
                .redirectErrorStream(true);
        try (LineProcess raw = new LineProcess(command)) {
            raw.rest().forEach(line -> add("quic-go", line));
        }
    }

    private void add(String variant, String line) {
        System.out.println(variant + ": " + line);
        String[] words = line.split(" ", -1);
        if (line.contains(" p50=")) {
            for (String figure : List.of("p50", "p99")) {
                add(variant, words[0] + "_" + figure, Double.toString(PeerProcess.figure(line, figure)));
            }
        } else if (words.length == 2) {
            add(variant, words[0], words[1]);
        }
    }

    private void add(String variant, String key, String value) {
        NAMES.keySet().stream()
                .filter(key::matches)
                .findFirst()
                .ifPresent(pattern -> table.add(
                        variant,
                        key.replaceFirst(pattern, Objects.requireNonNull(NAMES.get(pattern))),
                        Double.parseDouble(value)));
    }
}
