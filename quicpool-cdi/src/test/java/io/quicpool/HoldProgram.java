package io.quicpool;

import io.quicpool.config.ClientPoolConfig;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.config.TargetAddress;
import io.quicpool.config.TlsMode;
import io.quicpool.testing.Pools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Measures what idle streams cost, with clients in one process and servers in another. {@link HoldTest} starts it.
 * Arguments: the engine, and for each row {@code CLIENTSxTARGETSxSTREAMS}: client pools, targets of each, and idle
 * streams of all of them together. {@code xN} behind it sets {@code streams-per-connection}.
 */
public final class HoldProgram {

    private static final long FILL_TIMEOUT = Duration.ofMinutes(4).toNanos();
    private static final Duration IDLE = Duration.ofSeconds(10);

    private static final Logger LOGGER = Logger.getLogger("io.quicpool");

    private HoldProgram() {}

    /** What a process has: bytes of heap after a collection, bytes of resident memory, threads. */
    private record Held(long heap, long resident, long threads) {

        static Held now() throws IOException {
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            Runtime runtime = Runtime.getRuntime();
            return new Held(runtime.totalMemory() - runtime.freeMemory(), status("VmRSS") * 1024, status("Threads"));
        }

        static Held parse(String text) {
            String[] fields = text.split(" ", -1);
            return new Held(Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
        }

        String text() {
            return heap + " " + resident + " " + threads;
        }

        private static long status(String what) throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(what + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    public static void main(String[] arguments) throws Exception {
        // Kept in a field, because java.util.logging forgets loggers that nobody holds.
        LOGGER.setLevel(Level.SEVERE);
        String engine = arguments[0];
        if (arguments[1].equals("serve")) {
            serve(engine, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            return;
        }
        System.out.println(
                "| engine | clients x targets | idle streams | time to fill | heap per stream, client / server |"
                        + " heap, client / server | resident, client / server | threads, client / server |"
                        + " CPU when idle, client / server |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (String row : List.of(arguments).subList(1, arguments.length)) {
            String[] numbers = row.split("x", -1);
            measure(
                    engine,
                    Integer.parseInt(numbers[0]),
                    Integer.parseInt(numbers[1]),
                    Integer.parseInt(numbers[2]),
                    numbers.length < 4 ? 0 : Integer.parseInt(numbers[3]));
        }
    }

    private static void measure(String engine, int clients, int targets, int streams, int perConnection)
            throws Exception {
        int each = streams / clients / targets;
        Process other = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + Runtime.getRuntime().maxMemory(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldProgram.class.getName(),
                        engine,
                        "serve",
                        String.valueOf(targets),
                        String.valueOf(streams / targets)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<ClientPool> pools = new ArrayList<>();
        try (BufferedReader answers =
                new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
            List<TargetAddress> endpoints = new ArrayList<>();
            for (int i = 0; i < targets; i++) {
                endpoints.add(TargetAddress.parse("target", answers.readLine()));
            }
            Held otherBefore = ask(other, answers);
            Held before = Held.now();
            long start = System.nanoTime();
            for (int i = 0; i < clients; i++) {
                pools.add(QuicPools.open(ClientPoolConfig.builder()
                        .name("client-" + i)
                        .transport(engine)
                        .targets(endpoints)
                        .tlsMode(TlsMode.INSECURE)
                        .capacity(each, each)
                        .streamsPerConnection(perConnection)
                        .build()));
            }
            awaitIdle(pools, each * targets, start);
            double seconds = (System.nanoTime() - start) / 1e9;
            // The compiler and the last size checks still have work, and threads end after 10 s without.
            TimeUnit.NANOSECONDS.sleep(IDLE.multipliedBy(3).dividedBy(2).toNanos());
            Held otherFull = ask(other, answers);
            Held full = Held.now();
            long cpu = cpu(ProcessHandle.current());
            long otherCpu = cpu(other.toHandle());
            // Long enough for several pings, and for the periodic checks.
            TimeUnit.NANOSECONDS.sleep(IDLE.toNanos());
            double percent = (cpu(ProcessHandle.current()) - cpu) * 100.0 / IDLE.toMillis();
            double otherPercent = (cpu(other.toHandle()) - otherCpu) * 100.0 / IDLE.toMillis();
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %d x %d | %d | %.1f s | %.1f / %.1f kB | %.0f / %.0f MB | %.0f / %.0f MB | %d / %d |"
                            + " %.1f / %.1f %% of a core |",
                    perConnection == 0 ? engine : engine + ", " + perConnection + " streams per connection",
                    clients,
                    targets,
                    streams,
                    seconds,
                    (full.heap() - before.heap()) / 1e3 / streams,
                    (otherFull.heap() - otherBefore.heap()) / 1e3 / streams,
                    full.heap() / 1e6,
                    otherFull.heap() / 1e6,
                    full.resident() / 1e6,
                    otherFull.resident() / 1e6,
                    full.threads(),
                    otherFull.threads(),
                    percent,
                    otherPercent));
        } finally {
            pools.forEach(ClientPool::close);
            other.destroyForcibly().waitFor();
        }
    }

    private static void awaitIdle(List<ClientPool> pools, int each, long start) throws Exception {
        while (pools.stream().mapToInt(ClientPool::active).min().orElse(0) < each) {
            if (System.nanoTime() - start > FILL_TIMEOUT) {
                throw new IOException("of " + each + " streams for each client: "
                        + pools.stream().mapToInt(ClientPool::active).summaryStatistics() + ", "
                        + pools.get(0).snapshot());
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static Held ask(Process other, BufferedReader answers) throws IOException {
        other.getOutputStream().write('\n');
        other.getOutputStream().flush();
        return Held.parse(answers.readLine());
    }

    private static long cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }

    private static void serve(String engine, int pools, int capacity) throws IOException {
        List<ServerPool> open = new ArrayList<>();
        for (int i = 0; i < pools; i++) {
            ServerPool server = QuicPools.open(ServerPoolConfig.builder()
                    .name("server-" + i)
                    .transport(engine)
                    .listen("127.0.0.1:0")
                    .certificate(Pools.CERTIFICATE)
                    .maxCapacity(capacity)
                    // Over Netty a connection has 64 streams of them, over kwik all.
                    .maxStreamsPerConnection(engine.equals("kwik") ? Math.max(capacity, 16_384) : 0)
                    .maxConnections(4096)
                    .build());
            open.add(server);
            System.out.println("127.0.0.1:" + server.localAddress().getPort());
        }
        while (System.in.read() >= 0) {
            System.out.println(Held.now().text());
        }
        open.forEach(ServerPool::close);
    }
}
