package io.quicpool.it.aioquic;

import com.sun.management.OperatingSystemMXBean;
import io.quicpool.PoolSnapshot;
import io.quicpool.PooledStream;
import io.quicpool.QuicPools;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.KeyMaterial;
import io.quicpool.config.ServerPoolConfig;
import io.quicpool.it.support.LineProcess;
import io.quicpool.it.support.PemFiles;
import io.quicpool.it.support.QuickJava;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The server that is attacked, a pool that echoes; it says what it costs. With the default bounds: those are
 * what is tried.
 */
final class Victim {

    /** What it costs and has counted, at one moment. */
    record Look(
            long cpuMillis,
            long heap,
            long resident,
            long threads,
            long connects,
            Map<String, Long> served,
            Map<String, Long> refused,
            String lastError) {

        static Look of(String line) {
            String[] parts = line.split("\t", -1);
            return new Look(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    counts(parts[5]),
                    counts(parts[6]),
                    parts[7]);
        }

        private static Map<String, Long> counts(String text) {
            Map<String, Long> counts = new TreeMap<>();
            for (String each : text.isEmpty() ? new String[0] : text.split(", ")) {
                int space = each.lastIndexOf(' ');
                counts.put(each.substring(0, space), Long.parseLong(each.substring(space + 1)));
            }
            return counts;
        }

        private static String text(Map<String, ? extends Number> counts) {
            StringBuilder text = new StringBuilder();
            new TreeMap<>(counts).forEach((key, count) -> {
                if (count.longValue() != 0) {
                    text.append(text.isEmpty() ? "" : ", ")
                            .append(key)
                            .append(' ')
                            .append(count);
                }
            });
            return text.toString();
        }
    }

    private static final Map<String, LongAdder> SERVED = new ConcurrentHashMap<>();

    private Victim() {}

    /** Starts one as a server; its first line is its port. */
    static LineProcess server(String engine, PemFiles files) {
        return start(
                Victim.class,
                log("server", engine),
                engine,
                files.certificate().toString(),
                files.privateKey().toString());
    }

    /** Starts a program with the heap of a small container. */
    static LineProcess start(Class<?> program, File log, String... arguments) {
        List<String> command = QuickJava.command(
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName());
        command.addAll(List.of(arguments));
        return new LineProcess(new ProcessBuilder(command).redirectError(log));
    }

    /** What it has logged. */
    static File log(String role, String engine) {
        return Path.of("target", "victim-" + role + "-" + engine + ".log").toFile();
    }

    public static void main(String[] args) throws Exception {
        try (ServerPool pool = server(args);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println("look " + look(pool));
            }
        }
        System.exit(0);
    }

    private static ServerPool server(String[] args) {
        ServerPool pool = QuicPools.open(ServerPoolConfig.builder()
                .name("victim")
                .transport(args[0])
                .listen("127.0.0.1:0")
                .allowClient("127.0.0.1")
                .allowClient("127.0.0.9")
                .certificate(KeyMaterial.fromPem(Path.of(args[1]), Path.of(args[2])))
                .keepAlive(Duration.ofSeconds(1))
                .build());
        pool.serve(Victim::echo);
        System.out.println("port " + pool.localAddress().getPort());
        return pool;
    }

    private static void echo(PooledStream stream) throws IOException {
        SERVED.computeIfAbsent(stream.remoteAddress().getAddress().getHostAddress(), any -> new LongAdder())
                .increment();
        stream.outputStream().write(stream.inputStream().readAllBytes());
    }

    static String look(StreamPool pool) throws IOException {
        long cpu =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1_000_000;
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        PoolSnapshot now = pool.snapshot();
        return String.join(
                "\t",
                Long.toString(cpu),
                Long.toString(heap),
                Long.toString(resident()),
                Long.toString(ManagementFactory.getThreadMXBean().getThreadCount()),
                Long.toString(now.totals().connects()),
                Look.text(SERVED),
                Look.text(now.totals().refused()),
                String.valueOf(now.lastError()));
    }

    /** In bytes, 0 where the system does not say. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }
}
